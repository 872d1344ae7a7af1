import type { Socket } from '@sio/core';
import { client as connect, startServer } from '@sio/test-kit';
import type { Socket as ClientSocket } from 'socket.io-client-4.8';
import { describe, expect, it } from 'vitest';

const once = (client: ClientSocket, event: string) =>
  new Promise<unknown[]>((resolve) => client.once(event, (...args) => resolve(args)));

describe.each([[['websocket']], [['polling']], [['polling', 'websocket']]])('over %j', (transports) => {
  it('carries events both ways, with acknowledgements and binary', async () => {
    const { io: server, url } = await startServer();
    server.on('connection', (socket: Socket) => {
      socket.on('echo', (text: string, data: Buffer, ack: (...args: unknown[]) => void) => {
        socket.emit('said', text, data);
        ack('ok', data);
      });
    });
    const client = connect(url, { transports });
    await once(client, 'connect');
    const said = once(client, 'said');
    const answer = await new Promise((resolve) =>
      client.emit('echo', 'héllo 😀', Buffer.of(1, 2, 3), (...a: unknown[]) => resolve(a)),
    );
    expect(answer).toEqual(['ok', Buffer.of(1, 2, 3)]);
    expect(await said).toEqual(['héllo 😀', Buffer.of(1, 2, 3)]);
  });

  it('broadcasts to rooms and lets the server ask for an acknowledgement', async () => {
    const { io: server, url } = await startServer();
    server.on('connection', (socket: Socket) => {
      socket.join('room');
      socket.on('go', () => server.to('room').emit('news', 42));
    });
    const [a, b] = [connect(url, { transports }), connect(url, { transports })];
    await Promise.all([once(a, 'connect'), once(b, 'connect')]);
    const news = [once(a, 'news'), once(b, 'news')];
    a.emit('go');
    expect(await Promise.all(news)).toEqual([[42], [42]]);
    for (const client of [a, b]) client.on('ask', (n: number, ack: (n: number) => void) => ack(n + 1));
    expect(await server.timeout(2000).emitWithAck('ask', 1)).toEqual([2, 2]);
    const reasons = [once(a, 'disconnect'), once(b, 'disconnect')];
    server.disconnectSockets();
    expect((await Promise.all(reasons)).map(([reason]) => reason)).toEqual([
      'io server disconnect',
      'io server disconnect',
    ]);
  });
});
