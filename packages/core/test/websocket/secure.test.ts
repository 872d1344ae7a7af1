import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { Server, type Socket } from '@sio/core';
import { certificate, listen, RawWebSocket } from '@sio/test-kit';
import { describe, expect, it, onTestFinished } from 'vitest';

/** A client of a server that echoes, and its socket there. */
async function start(http: object): Promise<{ ws: RawWebSocket; socket: Socket; tcp: TLSSocket }> {
  const io = new Server(http as HttpServer, { maxHttpBufferSize: 1_000_000 });
  io.on('connection', (socket: Socket) => socket.on('echo', (data) => socket.emit('echo', data)));
  const url = await listen(http as HttpServer);
  onTestFinished(() => io.close());
  const joined = new Promise<Socket>((resolve) => io.once('connection', resolve));
  const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`, { rejectUnauthorized: false });
  await ws.next();
  await ws.send('40').next();
  const socket = await joined;
  return { ws, socket, tcp: (ws.ws as unknown as { _socket: TLSSocket })._socket };
}

describe.each([
  ['HTTPS', () => createServer(certificate())],
  ['HTTP/2 beside HTTP/1', () => createSecureServer({ ...certificate(), allowHTTP1: true })],
])('a WebSocket on a server of %s', (_name, makeServer) => {
  it.each([0, 125, 126, 65_536, 300_000])('carries texts and bytes of %i', async (size) => {
    const { ws } = await start(makeServer());
    const text = `42["echo","${'漢'.repeat(size / 3)}"]`;
    expect(await ws.send(text).next()).toBe(text);
    const bytes = Buffer.alloc(size, 7);
    ws.send('451-["echo",{"_placeholder":true,"num":0}]', bytes);
    const [, echoed] = await ws.frames.take(2);
    expect(bytes.equals(echoed as Buffer)).toBe(true);
  });

  it('reads a message in fragments, with a ping between them', async () => {
    const { ws } = await start(makeServer());
    const answered = once(ws.ws, 'pong');
    ws.ws.send('42["echo",', { fin: false });
    ws.ws.ping('still here');
    ws.ws.send('"in pieces"]', { fin: true });
    expect(String((await answered)[0])).toBe('still here');
    expect(await ws.next()).toBe('42["echo","in pieces"]');
  });

  it('reads frames that arrive byte by byte', async () => {
    const { ws, tcp } = await start(makeServer());
    for (const byte of Buffer.from('818c000000003432', 'hex')) tcp.write(Buffer.of(byte));
    tcp.write('["echo",1]');
    expect(await ws.next()).toBe('42["echo",1]');
  });

  it('closes with 1002 after a frame without a mask', async () => {
    const { ws, tcp } = await start(makeServer());
    tcp.write(Buffer.of(0x81, 1, 0x61));
    expect(await ws.closed()).toBe(1002);
  });

  it.each([
    ['closes it with a code', ({ ws }: { ws: RawWebSocket }) => ws.ws.close(4000, 'enough')],
    ['ends the connection without a close frame', ({ tcp }: { tcp: TLSSocket }) => void tcp.end()],
    ['is gone at once', ({ tcp }: { tcp: TLSSocket }) => void tcp.destroy()],
  ])('tells the application when its client %s', async (_how, leave) => {
    const { ws, socket, tcp } = await start(makeServer());
    const left = once(socket as never, 'disconnect');
    leave({ ws, tcp });
    expect((await left)[0]).toBe('transport close');
    await ws.closed();
  });
});
