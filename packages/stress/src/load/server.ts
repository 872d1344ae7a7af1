// The server under load, in a process of its own: tells what it sees when asked, and starts to measure anew.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Server, type Socket } from '@sio/core';

const http = createServer();
const io = new Server(http, { pingInterval: 60_000, pingTimeout: 60_000 });
io.on('connection', (socket: Socket) =>
  socket.on('echo', (value: unknown, ack: (value: unknown) => void) => ack(value)),
);

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const MILLISECOND = 1e6;

/** The server's figures since the last call; times in milliseconds, memory in megabytes. */
export interface Seen {
  readonly clients: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly memory: number;
}

process.on('message', () => {
  const seen: Seen = {
    clients: io.engine.clientsCount,
    p50: delay.percentile(50) / MILLISECOND,
    p99: delay.percentile(99) / MILLISECOND,
    max: delay.max / MILLISECOND,
    memory: process.memoryUsage().rss / 2 ** 20,
  };
  delay.reset();
  process.send?.(seen);
});
http.listen({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1', backlog: 4096 }, () => {
  process.send?.({ port: (http.address() as AddressInfo).port });
});
