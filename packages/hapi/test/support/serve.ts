import http from 'node:http';
import { server as hapi, type Lifecycle, type Request } from '@hapi/hapi';
import type { ServeApp } from '@sio/conformance/suites';
import { onTestFinished } from 'vitest';
import { socketio } from '../../src/index.js';

/** An app on a listener of its own, as the suites want it. */
export const serveApp: ServeApp = async ({ namespaces, prefix, trusting, vite }) => {
  const listener = http.createServer();
  const server = hapi({ listener, autoListen: false, debug: false });
  onTestFinished(() => server.stop({ timeout: 100 }));
  const dev = await vite?.create(listener);
  if (dev !== undefined && vite?.order === 'before') {
    const answer: Lifecycle.Method = async ({ raw: { req, res } }, h) => {
      await new Promise<void>((resolve) => {
        res.once('finish', resolve);
        dev.middlewares(req, res, resolve);
      });
      return res.writableEnded ? h.abandon : h.continue;
    };
    server.ext('onRequest', answer);
  }
  const plugin = socketio(namespaces, trusting ? { peer: peerByProxy } : {});
  await server.register(plugin, prefix === '' ? {} : { routes: { prefix } });
  if (dev !== undefined && vite?.order === 'after') {
    server.route({
      method: '*',
      path: '/{any*}',
      handler({ raw: { req, res } }, h) {
        dev.middlewares(req, res);
        return h.abandon;
      },
    });
  }
  await server.start();
  return listener;
};

function peerByProxy({ headers, info }: Request) {
  const [address = info.remoteAddress] = String(headers['x-forwarded-for'] ?? '').split(',');
  return { host: String(headers['x-forwarded-host']), address, secure: headers['x-forwarded-proto'] === 'https' };
}
