import http from 'node:http';
import { server as hapi, type Lifecycle, type Request } from '@hapi/hapi';
import type { ConnectMiddleware, ServeApp } from '@sio/conformance/suites';
import { onTestFinished } from 'vitest';
import { socketio } from '../../src/index.js';

/** An app on a listener of its own, as the suites want it. */
export const serveApp: ServeApp = async ({ namespaces, prefix, trusting, lodger }) => {
  const listener = http.createServer();
  const server = hapi({ listener, autoListen: false, debug: false });
  onTestFinished(() => server.stop({ timeout: 100 }));
  const middleware = await lodger?.moveIn(listener);
  if (middleware !== undefined && lodger?.order === 'before') server.ext('onRequest', passThrough(middleware));
  const plugin = socketio(namespaces, trusting ? { peer: peerByProxy } : {});
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

function peerByProxy({ headers, info }: Request) {
  const [address = info.remoteAddress] = String(headers['x-forwarded-for'] ?? '').split(',');
  return { host: String(headers['x-forwarded-host']), address, secure: headers['x-forwarded-proto'] === 'https' };
}
