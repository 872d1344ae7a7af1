import { server as hapi, type Server, type ServerOptions } from '@hapi/hapi';
import yar from '@hapi/yar';
import { onTestFinished } from 'vitest';

export * from '@sio/conformance/testing';

export const SECRET = 'a secret that is at least 32 characters long';

/** Registers the usual session, kept on the server. */
export async function addSession(server: Server, options: object = {}): Promise<void> {
  const cookieOptions = { password: SECRET, isSecure: false };
  await server.register({ plugin: yar, options: { storeBlank: true, maxCookieSize: 0, cookieOptions, ...options } });
}

/** A server on a free port, until the test is over. */
export function makeServer(options: ServerOptions = {}): Server {
  const server = hapi({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => server.stop({ timeout: 100 }));
  return server;
}

export async function start(server: Server): Promise<string> {
  await server.start();
  return `http://127.0.0.1:${server.info.port}`;
}
