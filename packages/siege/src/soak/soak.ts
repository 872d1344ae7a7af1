import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from '@sio/core';
import { type Tally, visit } from './crowd.js';

/** What there was between two waves, when everybody had left. */
export interface Sample {
  readonly seconds: number;
  readonly heap: number;
  readonly handles: number;
  readonly sessions: number;
  readonly sockets: number;
  readonly rooms: number;
}

export interface SoakResult {
  readonly tally: Tally;
  readonly samples: readonly Sample[];
}

export interface SoakOptions {
  readonly milliseconds: number;
  /** Clients at a time. */
  readonly crowd: number;
}

/** Lets crowds of clients of all generations come and go. Run it with `--expose-gc`. */
export async function soak({ milliseconds, crowd }: SoakOptions): Promise<SoakResult> {
  const http = createServer();
  const nothing = () => {};
  const logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };
  const io = new Server(http, {
    logger,
    pingInterval: 5000,
    pingTimeout: 5000,
    legacyCloseTimeout: 5000,
    legacyPollingDuration: 500,
  });
  io.on('connection', (socket: Socket) => {
    socket.on('join', async (room: string, ack: () => void) => {
      await socket.join(room);
      ack();
    });
    socket.on('say', (value: unknown, ack: () => void) => {
      for (const room of socket.rooms) socket.to(room).emit('said', value);
      ack();
    });
    socket.on('fail', () => Promise.reject(new Error('as it was asked to')));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const tally: Tally = { visits: 0, answers: 0, failures: 0, lost: 0 };
  const samples: Sample[] = [];
  const begin = performance.now();
  do {
    await Promise.all(Array.from({ length: crowd }, () => visit(url, tally)));
    await empty(io);
    samples.push(sample(io, performance.now() - begin));
  } while (performance.now() - begin < milliseconds);
  await io.close();
  return { tally, samples };
}

async function empty(io: Server): Promise<void> {
  const patience = performance.now() + 30_000;
  while (io.engine.clientsCount > 0 && performance.now() < patience)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

function sample(io: Server, milliseconds: number): Sample {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  return {
    seconds: Math.round(milliseconds / 100) / 10,
    heap: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate').length,
    sessions: io.engine.clientsCount,
    sockets: io.sockets.sockets.size,
    rooms: io.sockets.adapter.rooms.size,
  };
}
