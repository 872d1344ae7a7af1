import type { Socket as NetSocket } from 'node:net';
import { fetchAnswer, type Running, startServer, stuck, upgradeLines } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const BUDGET = 1_000_000;

/** A frame masked with zeros. */
function frame(first: number, payload: string): Buffer {
  return Buffer.concat([Buffer.of(first, 0x80 | payload.length, 0, 0, 0, 0), Buffer.from(payload)]);
}

/** Says the same over and over, until the connection ends, or much has been said. */
async function flood(socket: NetSocket, what: Buffer): Promise<void> {
  const much = Buffer.concat(Array.from({ length: 1000 }, () => what));
  for (let left = 24 * BUDGET; left > 0 && !socket.destroyed; left -= much.length) {
    if (!socket.write(much))
      await new Promise<void>((resolve) => void socket.once('drain', resolve).once('close', resolve));
  }
}

const ENGINE = '/socket.io/?transport=websocket&EIO=';
const PING = frame(0x89, 'x'.repeat(125));

/** Where to, and with what. */
const FLOODS: Record<string, readonly [(server: Running) => Promise<string> | string, Buffer]> = {
  'pings of WebSockets, over Engine.IO 4': [() => `${ENGINE}4`, PING],
  'pings of WebSockets, over Engine.IO 3': [() => `${ENGINE}3`, PING],
  'pings of WebSockets, over 0.9': [
    async ({ url }) => `/socket.io/1/websocket/${(await fetchAnswer(`${url}/socket.io/1/`)).body.split(':')[0]}`,
    PING,
  ],
  'heartbeats of Engine.IO 3': [() => `${ENGINE}3`, frame(0x81, '2')],
  'probes of an upgrade': [
    async ({ url }) => {
      const { body } = await fetchAnswer(`${url}/socket.io/?transport=polling&EIO=4`);
      return `${ENGINE}4&sid=${/"sid":"([^"]+)"/.exec(body)?.[1]}`;
    },
    frame(0x81, '2probe'),
  ],
};

describe('a client that does not read makes us hold no more than its budget', () => {
  it.each(Object.entries(FLOODS))('by %s', async (_what, [pathOn, what]) => {
    const server = await startServer({ maxBufferedBytes: BUDGET, pingInterval: 60_000, upgradeTimeout: 60_000 });
    const theirs = new Set<NetSocket>();
    server.http.on('connection', (socket: NetSocket) => theirs.add(socket));
    const socket = await stuck(server.port, upgradeLines(await pathOn(server)));
    let held = 0;
    socket.on('drain', () => {
      for (const { writableLength } of theirs) held = Math.max(held, writableLength);
    });
    await flood(socket, what);
    expect(held).toBeLessThan(2 * BUDGET);
  });
});
