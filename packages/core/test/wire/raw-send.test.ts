import { once } from 'node:events';
import { runInNewContext } from 'node:vm';
import { fetchAnswer } from '@sio/conformance/clients/http';
import { RawWebSocket } from '@sio/conformance/clients/raw-websocket';
import type { ServerOptions, VirtualSocket } from '@sio/core';
import { describe, expect, it } from 'vitest';
import { startServer } from '../dialect/support/server.js';
import { polling } from '../dialect/legacy/support.js';

const UNWRITABLE = [5, null, undefined, {}, true, [], Symbol('x'), () => {}, 5n];

/** Bytes as JavaScript has them. */
const BYTES = {
  'a Buffer': Buffer.of(1, 2, 3, 4),
  'a Uint8Array': Uint8Array.of(1, 2, 3, 4),
  'a view of part of a buffer': new Uint8Array([0, 1, 2, 3, 4, 5]).subarray(1, 5),
  'an Int8Array': Int8Array.of(1, 2, 3, 4),
  'an Int32Array': new Int32Array(Uint8Array.of(1, 2, 3, 4).buffer),
  'a DataView': new DataView(Uint8Array.of(1, 2, 3, 4).buffer),
  'an ArrayBuffer': Uint8Array.of(1, 2, 3, 4).buffer,
  'a SharedArrayBuffer': shared(),
  'an ArrayBuffer of another realm': runInNewContext('Uint8Array.of(1, 2, 3, 4).buffer'),
  'an Int32Array of another realm': runInNewContext('new Int32Array(Uint8Array.of(1, 2, 3, 4).buffer)'),
} as const;

function shared(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(4);
  new Uint8Array(buffer).set([1, 2, 3, 4]);
  return buffer;
}

const EXPECTED = Buffer.of(1, 2, 3, 4);

/** A connection of each protocol version and transport, and what its client is sent next. */
const CONNECTIONS = {
  'Engine.IO 4 over WebSocket': async (options: ServerOptions = {}) => {
    const { url, io } = await startServer(options);
    const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
    const opened = await ws.next();
    return { conn: only(io.engine.clients), opened, next: () => ws.next(), bytes: EXPECTED };
  },
  'Engine.IO 3 over WebSocket': async (options: ServerOptions = {}) => {
    const { url, io } = await startServer(options);
    const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=3&transport=websocket`);
    const opened = await ws.next();
    if (options.initialPacket === undefined) expect(await ws.next()).toBe('40');
    return { conn: only(io.engine.clients), opened, next: () => ws.next(), bytes: Buffer.of(4, 1, 2, 3, 4) };
  },
  'Engine.IO 4 over polling': async (options: ServerOptions = {}) => {
    const { url, io } = await startServer(options);
    const path = `${url}/socket.io/?EIO=4&transport=polling`;
    const { body } = await fetchAnswer(path);
    const [sid] = [...io.engine.clients.keys()];
    const [, first] = body.split('\x1e');
    const pending = first === undefined ? [] : [first];
    const next = async () => pending.shift() ?? (await fetchAnswer(`${path}&sid=${sid}`)).body;
    return { conn: only(io.engine.clients), opened: body, next, bytes: 'bAQIDBA==' };
  },
  'Socket.IO 0.9 over polling': async (options: ServerOptions = {}) => {
    const { url, io } = await startServer(options);
    const session = await polling(url);
    return { conn: only(io.engine.clients), opened: '', next: () => session.read(), bytes: '3:::AQIDBA==' };
  },
} as const;

function only(clients: ReadonlyMap<string, VirtualSocket>): VirtualSocket {
  return [...clients.values()][0]!;
}

describe.each(Object.entries(CONNECTIONS))('a raw message on %s', (version, open) => {
  it('that cannot be written throws at the call and harms nothing', async () => {
    const { conn, next } = await open();
    for (const value of UNWRITABLE) {
      expect(() => conn.send(value as never)).toThrow(TypeError);
      expect(() => conn.write(value as never)).toThrow(/a string, a Buffer, a typed array or an ArrayBuffer/);
    }
    conn.send('after');
    expect(await next()).toMatch(/after$/);
  });

  it.each(Object.entries(BYTES))('that is %s arrives as these bytes', async (_what, value) => {
    const { conn, next, bytes } = await open();
    conn.send(value as never);
    expect(await next()).toEqual(bytes);
  });

  if (version.startsWith('Engine.IO')) {
    it.each(Object.entries(BYTES))('that greets clients as %s arrives as these bytes', async (_what, value) => {
      const { next, bytes } = await open({ initialPacket: value as never });
      expect(await next()).toEqual(bytes);
    });
  }
});

it.each(UNWRITABLE.filter((value) => value !== undefined))('the option initialPacket refuses %s', async (value) => {
  await expect(startServer({ initialPacket: value as never })).rejects.toThrow(/option initialPacket/);
});

it('a raw message in a listener that throws reports and the client stays', async () => {
  const { io, url } = await startServer();
  const reported = once(io, 'handler_error');
  io.engine.on('connection', (conn: VirtualSocket) => conn.send(5 as never));
  const ws = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket`);
  await reported;
  ws.send('40');
  expect(await ws.next()).toMatch(/^0/);
  expect(await ws.next()).toMatch(/^40/);
});
