import { once } from 'node:events';
import type { AddressInfo, Socket as NetSocket, Server } from 'node:net';
import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client-4.8';
import { onTestFinished } from 'vitest';

export { RawWebSocket, refusedUpgrade } from './clients/raw-websocket.js';
export { certificate } from './support/certificate.js';
export { greeting, originalSocketIo, plainNeighbour } from './support/neighbours.js';

/** Starts a server on a free port of this machine; everything ends with the test. @returns the port */
export async function listen(server: Server): Promise<number> {
  const open = new Set<NetSocket>();
  for (const event of ['connection', 'secureConnection']) {
    server.on(event, (socket: NetSocket) => open.add(socket.once('close', () => open.delete(socket))));
  }
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export const transports = [
  ['polling', ['polling']],
  ['websocket', ['websocket']],
  ['polling, then websocket', ['polling', 'websocket']],
] as const;

/** A client that is on its way; it leaves with the test. */
export function client(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  const socket = connect(url, { forceNew: true, reconnection: false, ...options });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

/** A connected client. */
export async function connected(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Socket> {
  const socket = client(url, options);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('connect_error', reject);
  });
  return socket;
}

/** The error a client gets instead of a connection. */
export async function refused(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<ConnectError> {
  const socket = client(url, options);
  return new Promise((resolve, reject) => {
    socket.once('connect_error', (error) => resolve(error as ConnectError));
    socket.once('connect', () => reject(new Error('connected')));
  });
}

/** What the client's transports say of a failure. */
export interface ConnectError extends Error {
  /** Status of a poll; behind a WebSocket only its message tells. */
  readonly description?: number | { message?: string };
}

/** Keeps cookies between requests, as a browser does. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** Takes what an answer sets. */
  keep(lines: readonly string[] | undefined): void {
    for (const line of lines ?? []) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get headers(): Record<string, string> {
    return this.#cookies.size === 0 ? {} : { cookie: this.header };
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(url, { ...init, headers: { ...init.headers, ...this.headers } });
    this.keep(response.headers.getSetCookie());
    return response;
  }

  async text(url: string, init?: RequestInit): Promise<string> {
    return (await this.fetch(url, init)).text();
  }
}
