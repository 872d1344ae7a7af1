import { RawWebSocket } from '@sio/conformance/clients/raw-websocket';
import type { Socket } from '@sio/core';
import { describe, expect, it } from 'vitest';
import { type Running, startServer } from '../dialect/support/server.js';

const ALL = 1000;
const STUCK = 10;
const ROUNDS = 100;
const MESSAGE = 'x'.repeat(2000);
const BUDGET = 100_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A client that counts what it reads. */
class Reader {
  readonly ws: RawWebSocket;
  received = 0;
  #awaited = 0;
  #resolve: () => void = () => {};

  private constructor(ws: RawWebSocket) {
    this.ws = ws;
    ws.ws.on('message', (data: Buffer) => {
      if (!data.toString().startsWith('42["news"')) return;
      this.received++;
      if (this.received === this.#awaited) this.#resolve();
    });
  }

  static async connect(server: Running): Promise<Reader> {
    const ws = await RawWebSocket.open(`${server.url}/socket.io/?EIO=3&transport=websocket`);
    return new Reader(ws);
  }

  has(count: number): Promise<void> {
    this.#awaited = count;
    return this.received >= count ? Promise.resolve() : this.#next();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  stopReading(): void {
    (this.ws.ws as unknown as { _socket: { pause(): void } })._socket.pause();
  }
}

describe('a broadcast to a thousand, of whom ten do not read,', () => {
  it.each(['disconnect', 'drop oldest'] as const)(
    'reaches the others undelayed, and holds little (%s)',
    async (slowConsumers) => {
      const server = await startServer({ maxBufferedBytes: BUDGET, pingInterval: 300_000, slowConsumers });
      const sockets: Socket[] = [];
      server.io.on('connection', (socket: Socket) => sockets.push(socket));
      const stuck: Reader[] = [];
      for (let n = 0; n < STUCK; n++) stuck.push(await Reader.connect(server));
      const idle = sockets.slice(0, STUCK);
      for (const reader of stuck) reader.stopReading();
      // What the system itself takes is used up first.
      for (const socket of idle) {
        while (socket.conn.writable) {
          socket.emit('fill', MESSAGE);
          await turn();
        }
      }
      const readers: Reader[] = [];
      while (readers.length < ALL - STUCK) {
        readers.push(...(await Promise.all(Array.from({ length: 90 }, () => Reader.connect(server)))));
      }
      const held: number[] = [];
      for (let round = 1; round <= ROUNDS; round++) {
        server.io.emit('news', round, MESSAGE);
        // Nobody waits for those who do not read.
        await Promise.all(readers.map((reader) => reader.has(round)));
        held.push(idle.reduce((bytes, socket) => bytes + socket.bufferedBytes, 0));
      }
      expect(readers.every(({ received }) => received === ROUNDS)).toBe(true);
      expect(Math.max(...held)).toBeLessThanOrEqual(STUCK * (BUDGET + 2 * MESSAGE.length));
      const { flow, clientsCount } = server.io.engine;
      if (slowConsumers === 'disconnect') {
        expect([flow.slowConsumers, clientsCount, held.at(-1)]).toEqual([STUCK, ALL - STUCK, 0]);
      } else {
        expect([flow.slowConsumers, clientsCount]).toEqual([0, ALL]);
        expect(flow.dropped).toBeGreaterThan(0);
      }
    },
    120_000,
  );
});
