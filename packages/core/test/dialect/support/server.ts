import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Namespaces, Server, type ServerOptions, socketio } from '@sio/core';
import { onTestFinished } from 'vitest';

export interface Running {
  io: Server;
  http: HttpServer;
  port: number;
  url: string;
}

/** Starts a server on a free port, and stops it after the test. */
export async function startServer(options: ServerOptions = {}): Promise<Running> {
  const http = createServer();
  return listen(new Server(http, options), http);
}

/** The same for class namespaces. */
export async function startClasses(namespaces: Namespaces, options: ServerOptions = {}): Promise<Running> {
  const http = createServer();
  return listen(socketio(namespaces, options).attach(http).io, http);
}

async function listen(io: Server, http: HttpServer): Promise<Running> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => io.close());
  const { port } = http.address() as AddressInfo;
  return { io, http, port, url: `http://127.0.0.1:${port}` };
}
