import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { Server } from '@sio/core';
import { listen } from '@sio/test-kit';
import { Server as Original } from 'socket.io';
import { onTestFinished } from 'vitest';

/** The part of a socket that both servers have. */
interface CommonSocket {
  on(event: string, listener: (...args: any[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(close: boolean): unknown;
}

/** The servers that each client talks to in one run: where both fail alike, the client is at fault. */
export const SERVERS = ['sio', 'socket.io'] as const;
export type ServerName = (typeof SERVERS)[number];

/** Starts one of them. @param pages answers the other requests @returns its URL */
export async function startServer(name: ServerName, pages?: RequestListener): Promise<string> {
  const http: HttpServer = createServer(pages);
  const io = name === 'sio' ? new Server(http) : new Original(http, { allowEIO3: true, destroyUpgrade: false });
  for (const namespace of ['/', '/chat']) io.of(namespace).on('connection', serve);
  onTestFinished(async () => void (await io.close()));
  return listen(http);
}

/** Its end of the tour: see `README.md`. */
function serve(socket: CommonSocket): void {
  socket.on('echo', (value, answer) => answer(value));
  socket.on('quiz', (answer) => socket.emit('ask', 'what?', (said: unknown) => answer(said)));
  socket.on('burst', (count: number) => {
    for (let n = 0; n < count; n++) socket.emit('said', n);
    socket.emit('last', count);
  });
  socket.on('double', (bytes: Buffer) => socket.emit('doubled', Buffer.concat([bytes, bytes])));
  socket.on('leave', () => socket.disconnect(true));
}
