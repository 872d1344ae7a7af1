import { once } from 'node:events';
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** An app of Koa. */
interface KoaApp {
  callback(): RequestListener;
}

/** An app of Fastify. */
interface FastifyApp {
  readonly server: Server;
  listen(options: { port: number; host: string }): Promise<string>;
  close(): PromiseLike<unknown>;
}

/** A server of Hapi. */
interface HapiApp {
  readonly info: { readonly protocol: string; readonly port: number | string };
  start(): Promise<void>;
  stop(options: { timeout: number }): Promise<void>;
}

/** A server, or an app of a framework; one of Express is a function. */
export type Listenable = Server | HttpServer | HttpsServer | RequestListener | KoaApp | FastifyApp | HapiApp;

/**
 * Listens on a free port of this machine until the test is over; then every connection is cut.
 *
 * @param mounts those in the app: they are closed as well
 * @returns the URL, such as `http://127.0.0.1:41233`
 */
export async function listen(
  app: Listenable,
  ...mounts: readonly { readonly io: { close(): unknown } }[]
): Promise<string> {
  for (const { io } of mounts) onTestFinished(async () => void (await io.close()));
  if ('info' in app) {
    onTestFinished(() => app.stop({ timeout: 100 }));
    await app.start();
    return `${app.info.protocol}://127.0.0.1:${app.info.port}`;
  }
  if ('server' in app) {
    onTestFinished(async () => void (await app.close()));
    return app.listen({ port: 0, host: '127.0.0.1' });
  }
  if ('callback' in app) return listenOn(createServer(app.callback()));
  return listenOn(typeof app === 'function' ? createServer(app) : app);
}

async function listenOn(server: Server): Promise<string> {
  const open = new Set<Socket>();
  for (const event of ['connection', 'secureConnection']) {
    server.on(event, (socket: Socket) => open.add(socket.once('close', () => open.delete(socket))));
  }
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return urlOf(server);
}

/** The same, and gives the port alone. */
export async function listenOnPort(app: Listenable): Promise<number> {
  return Number(new URL(await listen(app)).port);
}

/** Where a listening server can be reached. */
export function urlOf(server: Server): string {
  const scheme = 'setSecureContext' in server ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
