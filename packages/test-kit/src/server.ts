import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Namespaces, Server, ServerOptions, Socket } from '@sio/core';
import { onTestFinished } from 'vitest';
import { type ConnectOptions, connect, type LocalClient, type Version } from './clients/any-version.js';
import { type FrameworkName, makeApp } from './frameworks.js';
import { certificate } from './support/certificate.js';
import { listen } from './support/listen.js';

/** A server that listens. */
export interface Running {
  readonly io: Server;
  readonly http: HttpServer;
  readonly port: number;
  /** Such as `http://127.0.0.1:41233`. */
  readonly url: string;
  /** An official client over WebSocket, until the test is over: `client('2.5.0', '/chat', { auth })`. */
  client(version?: Version, nsp?: string, options?: ConnectOptions): LocalClient;
}

/** Wishes of a test for its server, besides all options of a `Server`. */
export interface StartOptions extends ServerOptions {
  /** The framework that it is mounted in, at the root of an app; default `node`, a plain HTTP server. */
  readonly framework?: FrameworkName;
  /** Classes by namespace. Without them a plain HTTP server serves listeners only. */
  readonly namespaces?: Namespaces;
  /** A listener for `connection` in the main namespace. */
  readonly onConnection?: (socket: Socket) => void;
  /** Whether it serves https, with a certificate of its own; default false. */
  readonly tls?: boolean;
}

/**
 * Starts a server on a free port of 127.0.0.1; it closes after the test.
 *
 * `startServer({ framework: 'koa', namespaces: { '/': Chat }, pingInterval: 50 })`
 */
export async function startServer(wishes: StartOptions = {}): Promise<Running> {
  const { framework = 'node', namespaces, onConnection, tls = false, ...options } = wishes;
  const settings = { namespaces, options, tls: tls ? certificate() : undefined };
  const { io, http, close } = await makeApp(framework, settings);
  if (onConnection !== undefined) io.on('connection', onConnection);
  const url = await listen(http);
  onTestFinished(async () => {
    await io.close();
    await close?.();
    http.closeAllConnections();
    http.close();
  });
  const client: Running['client'] = (version = '4.8.4', nsp = '', more = {}) =>
    connect(version, url + nsp, { transports: ['websocket'], ...more });
  return { io, http, port: (http.address() as AddressInfo).port, url, client };
}
