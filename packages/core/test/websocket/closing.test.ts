import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ownEcho, wsEcho } from './echo-servers.js';
import { CLOSE, clientFrame, closePayload, FrameClient, PING, TEXT } from './frames.js';

const HELLO = clientFrame({ opcode: TEXT, payload: 'hello' });
const payloads = ({ frames }: FrameClient) => frames.map(({ payload }) => String(payload));

describe.each([
  ['the own WebSockets', ownEcho],
  ['ws', wsEcho],
] as const)('%s', (_, start) => {
  it('§4.2.2 answers the key of the RFC', async () => {
    const server = await start();
    const { head } = await FrameClient.open(server.port);
    expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(head).toContain('\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  it('reads frames that come together with the request', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port, '/', HELLO);
    await client.until(() => client.frames.length > 0);
    expect(payloads(client)).toEqual(['hello']);
  });

  it('reads a frame whose beginning comes with the request and whose end comes later', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port, '/', HELLO.subarray(0, 4));
    await client.send(HELLO.subarray(4));
    await client.until(() => client.frames.length > 0);
    expect(payloads(client)).toEqual(['hello']);
  });

  it('§7.1.1 ends the TCP connection after the close frames', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port);
    await client.send(clientFrame({ opcode: CLOSE, payload: closePayload(1001) }));
    await client.all();
    client.socket.end();
    await once(client.socket, 'close');
    while (server.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.ends).toEqual([1001]);
  });

  it('§7.1.5 reports 1006 if the client leaves without a close frame', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port);
    client.socket.end();
    await client.all();
    while (server.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.ends).toEqual([1006]);
  });

  it('§7.1.5 reports 1006 if the connection is reset', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port);
    client.socket.resetAndDestroy();
    while (server.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.ends).toEqual([1006]);
  });

  it('§7.1.5 reports 1005 after a close frame without a code', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port);
    await client.send(clientFrame({ opcode: CLOSE }));
    await client.all();
    client.socket.end();
    while (server.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.ends).toEqual([1005]);
  });

  it('reports the error of a client that breaks a rule', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port);
    await client.send(clientFrame({ opcode: 11 }));
    await client.all();
    client.socket.end();
    while (server.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.ends).toEqual(['WS_ERR_INVALID_OPCODE']);
  });

  it('ends a connection whose client does not close it in time', async () => {
    const server = await start({ closeTimeout: 50 });
    const client = await FrameClient.open(server.port);
    await client.send(clientFrame({ opcode: CLOSE, payload: closePayload(1000) }));
    await client.all();
    while (server.ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.ends).toEqual([1000]);
  });

  it('reads what a client sends after its own error, so that it gets the close frame', async () => {
    const server = await start();
    const client = await FrameClient.open(server.port);
    await client.send(Buffer.concat([clientFrame({ opcode: 11 }), Buffer.alloc(3_000_000)]));
    const frames = await client.all();
    expect(frames.map(({ opcode, payload }) => [opcode, payload.readUInt16BE(0)])).toEqual([[CLOSE, 1002]]);
  });
});

describe('the own WebSockets', () => {
  it('close with 1001 when the server closes, and wait for the client', async () => {
    const server = await ownEcho();
    const client = await FrameClient.open(server.port);
    const [transport] = server.transports;
    transport!.goingAway = true;
    transport!.close();
    await client.until(() => client.frames.length > 0);
    expect(client.frames[0]).toEqual({ opcode: CLOSE, payload: closePayload(1001) });
    expect(client.ended).toBe(false);
    // A client may still have messages on their way.
    await client.send(
      Buffer.concat([
        HELLO,
        clientFrame({ opcode: PING }),
        clientFrame({ opcode: CLOSE, payload: closePayload(1001) }),
      ]),
    );
    expect(await client.all()).toHaveLength(1);
  });

  it('send nothing after their close frame', async () => {
    const server = await ownEcho();
    const client = await FrameClient.open(server.port);
    const [transport] = server.transports;
    transport!.sendAll(['before'], false);
    transport!.close();
    transport!.sendAll(['after'], false);
    transport!.close();
    await client.send(clientFrame({ opcode: CLOSE }));
    expect((await client.all()).map(({ opcode }) => opcode)).toEqual([TEXT, CLOSE]);
  });

  it('write the 101 together with the first frame', async () => {
    const server = await ownEcho();
    const writes: unknown[] = [];
    server.http.on('connection', (socket: Socket) => {
      const { write } = socket;
      socket.write = function (this: Socket, ...args: unknown[]) {
        writes.push(args[0]);
        return Reflect.apply(write, this, args);
      } as Socket['write'];
    });
    server.http.on('upgrade', () => server.transports.at(-1)!.send('first', false));
    const client = await FrameClient.open(server.port);
    await client.until(() => client.frames.length > 0);
    expect(payloads(client)).toEqual(['first']);
    expect(writes).toHaveLength(1);
  });

  it('answer only the last ping if the client does not read', async () => {
    const server = await ownEcho();
    const client = await FrameClient.open(server.port);
    client.socket.pause();
    const [transport] = server.transports;
    while (transport!.writable) transport!.sendAll([Buffer.alloc(100_000)], false);
    const before = transport!.bufferedBytes;
    const pings = Buffer.concat(
      Array.from({ length: 2000 }, (_, n) => clientFrame({ opcode: PING, payload: `ping ${n}` })),
    );
    const read = transport!.bytesReceived;
    await client.send(pings);
    while (transport!.bytesReceived < read + pings.length) await new Promise((resolve) => setImmediate(resolve));
    expect(transport!.bufferedBytes - before).toBeLessThan(1000);
  });
});
