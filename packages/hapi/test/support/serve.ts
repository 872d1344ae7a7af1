import http from 'node:http';
import { server as hapi, type Lifecycle, type Request } from '@hapi/hapi';
import type { ConnectMiddleware, ServeApp } from '@sio/conformance/suites';
import { onTestFinished } from 'vitest';
import { socketio } from '../../src/index.js';

/** Starts an app on its own listener, for the shared suites. */
export const serveApp: ServeApp = async ({ namespaces, prefix, trusting, lodger, options, hops = 0 }) => {
  const listener = http.createServer();
  const server = hapi({ listener, autoListen: false, debug: false });
  onTestFinished(() => server.stop({ timeout: 100 }));
  const middleware = await lodger?.moveIn(listener);
  if (middleware !== undefined && lodger?.order === 'before') server.ext('onRequest', passThrough(middleware));
  const plugin = socketio(namespaces, { ...options, ...(trusting && { peer: peerByProxy(hops) }) });
  await server.register(plugin, prefix === '' ? {} : { routes: { prefix } });
  if (middleware !== undefined && lodger?.order === 'after') {
    const payload = { parse: false, output: 'stream' } as const;
    server.route({ method: '*', path: '/{any*}', options: { payload }, handler: passThrough(middleware) });
  }
  await server.start();
  return listener;
};

/** Asks a middleware, and goes on if it has not answered. */
function passThrough(middleware: ConnectMiddleware): Lifecycle.Method {
  return async ({ raw: { req, res } }, h) => {
    const passed = await new Promise<boolean>((resolve) => {
      res.once('close', () => resolve(false));
      middleware(req, res, () => resolve(true));
    });
    return passed ? h.continue : h.abandon;
  };
}

/** @param hops addresses that count, from the last one on; 0: all. */
function peerByProxy(hops: number) {
  return ({ headers, info }: Request) => {
    const told = String(headers['x-forwarded-for'] ?? info.remoteAddress).split(',');
    const address = told.slice(-hops)[0]?.trim();
    return { host: String(headers['x-forwarded-host']), address, secure: headers['x-forwarded-proto'] === 'https' };
  };
}
