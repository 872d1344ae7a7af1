import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from '@sio/test-kit';
import type { Server, ServerOptions } from 'socket.io';
import {
  type Socket as ClientSocket,
  io as connectTo,
  type ManagerOptions,
  type SocketOptions,
} from 'socket.io-client';
import { onTestFinished } from 'vitest';
import type { Library } from './libraries.js';

export interface Harness {
  readonly io: Server;
  readonly http: HttpServer;
  readonly port: number;
  readonly url: string;
}

/** A server of `library` on a free port; it ends with the test. */
export async function harness(load: () => Promise<Library>, options: Partial<ServerOptions> = {}): Promise<Harness> {
  const { Server } = await load();
  const http = createServer();
  return listening(new Server(http, options), http);
}

export async function listening(io: Server, http: HttpServer): Promise<Harness> {
  await listen(http);
  onTestFinished(async () => {
    await io.close();
  });
  return { io, http, ...addressOf(http) };
}

export function addressOf(http: HttpServer): { port: number; url: string } {
  const { port } = http.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}` };
}

export type ClientOptions = Partial<ManagerOptions & SocketOptions>;

/** An official client; it leaves with the test. */
export function client(url: string, options: ClientOptions = {}): ClientSocket {
  const socket = connectTo(url, { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
  onTestFinished(() => {
    socket.disconnect();
  });
  return socket;
}

/** The same, when it is in. */
export async function connected(url: string, options: ClientOptions = {}): Promise<ClientSocket> {
  const socket = client(url, options);
  await next(socket, 'connect');
  return socket;
}

interface Emitter {
  once(event: string, listener: (...args: any[]) => void): unknown;
}

/** The arguments of the next `event`. */
export function next(emitter: object, event: string): Promise<any[]> {
  return new Promise((resolve) => (emitter as Emitter).once(event, (...args) => resolve(args)));
}

/** Emits and resolves with the acknowledgement's arguments. */
export function ask(
  socket: { emit(event: string, ...args: any[]): unknown },
  event: string,
  ...args: any[]
): Promise<any[]> {
  return new Promise((resolve) => socket.emit(event, ...args, (...answer: any[]) => resolve(answer)));
}

/** Everything an emitter says under these names, in order. */
export function record(emitter: object, ...events: string[]): any[][] {
  const seen: any[][] = [];
  for (const event of events) {
    (emitter as { on(event: string, listener: (...args: any[]) => void): unknown }).on(event, (...args) =>
      seen.push([event, ...args]),
    );
  }
  return seen;
}

/** The server's side of a client, and the client. */
export async function pair(io: Pick<Server, 'once'>, url: string, options: ClientOptions = {}) {
  const arrived = next(io, 'connection');
  const peer = await connected(url, options);
  const [socket] = (await arrived) as [import('socket.io').Socket];
  return { socket, peer };
}

/** Resolves when everything sent to `peer` before has reached it. */
export async function settled(
  socket: { emitWithAck(event: string): Promise<unknown> },
  peer: ClientSocket,
): Promise<void> {
  peer.once('settled?', (answer: () => void) => answer());
  await socket.emitWithAck('settled?');
}
