import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { fetchAnswer, RawTcpClient, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const sessionId = ({ url }: IncomingMessage) =>
  new URL(url ?? '', 'http://local').searchParams.get('session') ?? undefined;

describe('a login session that ends', () => {
  it('ends a handshake of 0.9 that has opened no transport yet', async () => {
    const { io, url } = await startServer({ sessionId });
    await fetchAnswer(`${url}/socket.io/1/?session=ann`);
    await fetchAnswer(`${url}/socket.io/1/?session=ben`);
    expect(io.endSession('ann')).toBe(1);
    expect(io.engine.clientsCount).toBe(1);
  });

  it('ends a handshake of Engine.IO 4 that waits behind a held poll', async () => {
    const { io, url, port } = await startServer({ sessionId });
    const path = '/socket.io/?EIO=4&transport=polling&session=ann';
    const { sid } = JSON.parse((await fetchAnswer(url + path)).body.slice(1)) as { sid: string };
    const client = new RawTcpClient(port);
    client.send(`GET ${path}&sid=${sid} HTTP/1.1`, 'Host: localhost');
    client.send(`GET ${path} HTTP/1.1`, 'Host: localhost');
    while (io.engine.clients.size < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(io.endSession('ann')).toBe(2);
    expect(io.engine.clientsCount).toBe(0);
  });

  it('refuses a handshake on which the application has not decided yet', async () => {
    const decisions = new EventEmitter();
    const { io, url } = await startServer({
      sessionId,
      allowRequest: (_req, answer) => {
        decisions.once('decide', () => answer(null, true)).emit('asked');
      },
    });
    const [asked, told] = [once(decisions, 'asked'), once(io.engine, 'connection_error')];
    const pending = fetchAnswer(`${url}/socket.io/?EIO=4&transport=polling&session=ann`);
    await asked;
    io.endSession('ann');
    decisions.emit('decide');
    expect((await pending).status).toBe(403);
    expect((await told)[0]).toMatchObject({ context: { name: 'SESSION_ENDED' } });
  });
});
