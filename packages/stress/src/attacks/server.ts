// The server under attack, in a process of its own: node server.js <URL of a core's index.js> <name of the attack>
import { createServer } from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import type { Server as CoreServer, ServerOptions, Socket } from '@sio/core';

/** The server's figures. */
export interface Figures {
  /** Resident memory (MB), after garbage collection. */
  readonly rss: number;
  /** Bytes that have come over TCP. */
  readonly read: number;
}

const [, , core = '', attack = ''] = process.argv;
const { Server } = (await import(core)) as { Server: typeof CoreServer };

const recovering = { connectionStateRecovery: {} };
/** The memory is looked at: a limit on the number of pieces would end the attack on it. */
const OPTIONS: Readonly<Record<string, ServerOptions>> = {
  chunks: { maxBufferedChunks: 1e9 },
  log: recovering,
  absent: recovering,
};

const http = createServer();
const sockets: NetSocket[] = [];
http.on('connection', (socket) => sockets.push(socket));
const io = new Server(http, { pingInterval: 600_000, ...OPTIONS[attack] });

if (attack === 'waiting')
  for (const name of ['/a', '/b', '/c']) {
    // As one that asks a database which does not answer.
    io.of(name).use((_socket, next) => void setTimeout(next, 600_000).unref());
  }
io.on('connection', (socket: Socket) => {
  if (attack === 'log') void socket.join('room');
  socket.on('say', (text: string) => io.to('room').emit('said', text));
  socket.on('join', (rooms: string[], done: () => void) => {
    void socket.join(rooms);
    done();
  });
});

process.on('message', async () => {
  for (let turns = 0; turns < 5; turns++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const figures: Figures = {
    rss: process.memoryUsage().rss / 2 ** 20,
    read: sockets.reduce((bytes, { bytesRead }) => bytes + bytesRead, 0),
  };
  process.send?.(figures);
});
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }));
