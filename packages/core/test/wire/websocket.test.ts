import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { bystander, closeOf, engineUrl, joinByWebSocket, RawWebSocket, startEcho } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

describe('WebSocket', () => {
  it('carries one packet in each frame, binary without a type', async () => {
    const ws = await joinByWebSocket(await startEcho());
    expect(await ws.send('42["echo","é\u{1f600}"]').next()).toBe('42["echo","é\u{1f600}"]');
    ws.send('451-["echo",{"_placeholder":true,"num":0}]', Buffer.of(0, 4, 255));
    expect(await ws.frames.take(2)).toEqual(['451-["echo",{"_placeholder":true,"num":0}]', Buffer.of(0, 4, 255)]);
  });

  it('carries base64 for clients that cannot take binary', async () => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server, '&b64=1');
    ws.send('451-["echo",{"_placeholder":true,"num":0}]', 'bAQID');
    expect(await ws.frames.take(2)).toEqual(['451-["echo",{"_placeholder":true,"num":0}]', 'bAQID']);
  });

  it.each([10, 125, 126, 65_535, 65_536, 300_000, 600_000])('carries texts and bytes of %i', async (size) => {
    const ws = await joinByWebSocket(await startEcho());
    const ascii = `42["echo","${'x'.repeat(size)}"]`;
    expect(await ws.send(ascii).next()).toBe(ascii);
    const wide = `42["echo","${'漢'.repeat(size / 3)}"]`;
    expect(await ws.send(wide).next()).toBe(wide);
    const bytes = Buffer.alloc(size, 7);
    ws.send('451-["echo",{"_placeholder":true,"num":0}]', bytes);
    expect((await ws.frames.take(2))[1]).toEqual(bytes);
  });

  it('closes with 1009 on a frame that is too large', async () => {
    const server = await startEcho({ maxHttpBufferSize: 1000 });
    const other = await bystander(server);
    const ws = await joinByWebSocket(server);
    ws.send(`42["echo","${'x'.repeat(2000)}"]`);
    expect(await ws.closed()).toBe(1009);
    await other.noticesNothing();
  });

  it('compresses messages if both sides want it, and not otherwise', async () => {
    const server = await startEcho({ perMessageDeflate: { threshold: 100 } });
    const url = engineUrl(server, 'transport=websocket');
    const asking = await RawWebSocket.open(url, { perMessageDeflate: true });
    expect(asking.headers['sec-websocket-extensions']).toContain('permessage-deflate');
    await asking.send('40').frames.take(2);
    const before = bytesRead(asking);
    const long = `42["echo","${'lorem ipsum '.repeat(500)}"]`;
    expect(await asking.send(long).next()).toBe(long);
    expect(bytesRead(asking) - before).toBeLessThan(long.length / 4);
    expect((await RawWebSocket.open(url)).headers['sec-websocket-extensions']).toBeUndefined();
    const never = await RawWebSocket.open(engineUrl(await startEcho(), 'transport=websocket'), {
      perMessageDeflate: true,
    });
    expect(never.headers['sec-websocket-extensions']).toBeUndefined();
  });

  it('keeps the order of compressed and uncompressed, large and small messages', async () => {
    const server = await startEcho({ perMessageDeflate: true });
    const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket'), { perMessageDeflate: true });
    await ws.send('40').frames.take(2);
    const [socket] = server.io.sockets.sockets.values();
    const sizes = [10, 5000, 20, 100_000, 1, 3000];
    for (const size of sizes) socket?.compress(size % 20 === 0).emit('size', 'x'.repeat(size));
    for (const size of sizes) expect(await ws.next()).toHaveLength(size + '42["size",""]'.length);
  });

  it('tells a client that stops sending that it was accepted', async () => {
    const server = await startEcho();
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head =
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    socket.end(head);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\n/s);
    expect(server.io.engine.clientsCount).toBe(0);
  });

  it('does not compress short messages, also for clients that keep their context', async () => {
    const server = await startEcho({ perMessageDeflate: true });
    const ws = await RawWebSocket.open(engineUrl(server, 'transport=websocket'), { perMessageDeflate: true });
    await ws.send('40').frames.take(2);
    const before = bytesRead(ws);
    const short = `42["echo","${'a'.repeat(500)}"]`;
    expect(await ws.send(short).next()).toBe(short);
    expect(bytesRead(ws) - before).toBe(short.length + 4);
  });

  it('ignores a close packet, as clients close the socket', async () => {
    const ws = await joinByWebSocket(await startEcho());
    ws.send('1');
    await expect(Promise.race([ws.closed(), ws.send('42["echo",1]').next()])).resolves.toBeDefined();
  });

  it('ends the session when the client closes or vanishes', async () => {
    const server = await startEcho();
    for (const leave of ['close', 'terminate'] as const) {
      const ws = await joinByWebSocket(server);
      const [sid] = [...server.io.engine.clients.keys()];
      const closed = closeOf(server, sid!);
      ws.ws[leave]();
      expect((await closed)[0]).toBe('transport close');
      expect(server.io.engine.clientsCount).toBe(0);
    }
  });

  it('closes without a status when the server ends the connection, after everything that was sent before', async () => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server);
    const [socket] = server.io.sockets.sockets.values();
    socket?.emit('last', 'word');
    socket?.conn.close();
    expect(await ws.next()).toBe('42["last","word"]');
    expect(await ws.closed()).toBe(1005);
  });

  it('keeps the order of long and short texts and bytes of one turn, to one client and to all', async () => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server);
    const [socket] = server.io.sockets.sockets.values();
    const long = ['x'.repeat(200_000), '漢'.repeat(200_000)];
    for (const text of ['first', ...long, 'last']) {
      socket?.emit('to one', text);
      server.io.emit('to all', text);
    }
    server.io.emit('bytes', Buffer.alloc(200_000, 7));
    for (const text of ['first', ...long, 'last'])
      expect(await ws.frames.take(2)).toEqual([`42["to one","${text}"]`, `42["to all","${text}"]`]);
    expect((await ws.frames.take(2))[1]).toEqual(Buffer.alloc(200_000, 7));
  });

  it('sends the messages of one turn in one piece, and in order', async () => {
    const server = await startEcho();
    const ws = await joinByWebSocket(server);
    const [socket] = server.io.sockets.sockets.values();
    const arrived = once(ws.ws, 'message');
    for (let n = 0; n < 1000; n++) socket?.emit('n', n);
    await arrived;
    expect(await ws.frames.take(1000)).toEqual(Array.from({ length: 1000 }, (_, n) => `42["n",${n}]`));
  });
});

function bytesRead({ ws }: RawWebSocket): number {
  return (ws as unknown as { _socket: { bytesRead: number } })._socket.bytesRead;
}
