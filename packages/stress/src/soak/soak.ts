import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from '@sio/core';
import { type Tally, visit } from './crowd.js';
import { exceeds, FEWEST_SAMPLES, resources, type Sample, sample } from './sample.js';

export interface SoakResult {
  readonly tally: Tally;
  readonly samples: readonly Sample[];
  /** Handles, requests and timers before anybody came. */
  readonly before: Sample['resources'];
}

export interface SoakOptions {
  /** At least; there are as many waves as it takes to tell growth from warming up. */
  readonly milliseconds: number;
  /** Clients at a time. */
  readonly crowd: number;
  /** Called with each connection, to see what a leak looks like. */
  readonly plant?: (socket: Socket) => void;
}

/** Lets crowds of clients of all protocol versions come and go. Run it with `--expose-gc`. */
export async function soak({ milliseconds, crowd, plant }: SoakOptions): Promise<SoakResult> {
  const http = createServer({ keepAliveTimeout: 500 });
  const nothing = () => {};
  const logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };
  const io = new Server(http, {
    logger,
    pingInterval: 5000,
    pingTimeout: 5000,
    legacyCloseTimeout: 5000,
    legacyPollingDuration: 500,
  });
  if (plant !== undefined) io.on('connection', plant);
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
  const before = resources();
  const begin = performance.now();
  do {
    await Promise.all(Array.from({ length: crowd }, () => visit(url, tally)));
    await settled(io, http, before);
    samples.push(sample(io, Math.round((performance.now() - begin) / 100) / 10, tally.visits));
  } while (performance.now() - begin < milliseconds || samples.length < FEWEST_SAMPLES);
  await io.close();
  return { tally, samples, before };
}

/** How long (ms) a crowd may take to leave. The sample counts what is there then. */
const PATIENCE = 30_000;

async function settled(io: Server, http: HttpServer, before: Sample['resources']): Promise<void> {
  const end = performance.now() + PATIENCE;
  const isBusy = async () => {
    const open = await new Promise<number>((resolve) => http.getConnections((_, count) => resolve(count)));
    const now = resources();
    return open > 0 || io.engine.clients.size > 0 || exceeds(now, before);
  };
  while ((await isBusy()) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}
