import { type Server as HapiServer, server as hapi, type ServerOptions } from '@hapi/hapi';
import yar from '@hapi/yar';
import { onTestFinished } from 'vitest';
import { Namespace, type SocketioPlugin, socketio } from '../../src/index.js';

export * from '@sio/test-kit';

export const SECRET = 'a secret that is at least 32 characters long';

/** Registers the usual session, kept on the server. */
export async function addSession(server: HapiServer, options: object = {}): Promise<void> {
  const cookieOptions = { password: SECRET, isSecure: false };
  await server.register({ plugin: yar, options: { storeBlank: true, maxCookieSize: 0, cookieOptions, ...options } });
}

/** A server on a free port, until the test is over. */
export function makeServer(options: ServerOptions = {}): HapiServer {
  const server = hapi({ port: 0, host: '127.0.0.1', debug: false, ...options });
  onTestFinished(() => server.stop({ timeout: 100 }));
  return server;
}

export class Echo extends Namespace {
  onEcho(value: unknown) {
    return value;
  }

  onUser() {
    return this.request.auth.credentials?.user;
  }

  onWhere() {
    const { path, params, info } = this.request;
    return { path, params, ip: info.remoteAddress };
  }
}

/** Registers a mount that answers what it is asked. */
export async function mountEcho(
  server: HapiServer,
  options: Parameters<typeof socketio>[1] = {},
  prefix = '',
): Promise<SocketioPlugin> {
  const plugin = socketio({ '/': Echo }, options);
  await server.register(plugin, prefix === '' ? {} : { routes: { prefix } });
  return plugin;
}

/** The status that a refused client was told, over whichever transport. */
export function statusOf(error: { readonly description?: number | { message?: string } }): number {
  const { description } = error;
  return typeof description === 'number' ? description : Number(/\d{3}/.exec(description?.message ?? '')?.[0]);
}
