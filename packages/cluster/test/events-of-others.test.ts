import { redis } from '@sio/cluster/redis';
import { hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { join, knows, next, startNode } from './support/nodes.js';

describe.skipIf(!hasBroker('redis'))('an event of another server', () => {
  it.each([
    ['clients', {}],
    ['clients that can come back', { connectionStateRecovery: {} }],
  ])('goes on to %s as it came, without being read', async (_clients, options) => {
    const broker = await startBroker('redis');
    onTestFinished(() => broker.close());
    const engine = () => redis(createClient({ url: broker.url }));
    const [a, b] = [await startNode(engine(), {}, options), await startNode(engine(), {}, options)];
    await Promise.all([knows(a, 1), knows(b, 1)]);
    b.io.use((socket, admit) => {
      socket.use((_event, pass) => pass());
      socket.onAny(() => {});
      admit();
    });
    const client = await join(b, 'room');
    const parse = vi.spyOn(JSON, 'parse');
    onTestFinished(() => parse.mockRestore());
    const heard = [next(client, 'text'), next(client, 'bytes')];
    a.io.to('room').emit('text', 'marked');
    a.io.to('room').emit('bytes', 'marked', Buffer.of(1));
    const offset = 'connectionStateRecovery' in options ? [expect.any(String)] : [];
    expect(await Promise.all(heard)).toEqual([
      ['marked', ...offset],
      ['marked', Buffer.of(1), ...offset],
    ]);
    // The client itself reads each of them once.
    expect(parse.mock.calls.filter(([text]) => text.includes('marked'))).toHaveLength(2);
  });
});
