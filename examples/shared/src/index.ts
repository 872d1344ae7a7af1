import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type SocketioMiddleware, type SocketioOptions, socketio } from '@sio/express';
import express, { type Express } from 'express';

const shared = fileURLToPath(new URL('../public', import.meta.url));
const uplot = fileURLToPath(new URL('./', import.meta.resolve('uplot/dist/uPlot.min.css')));

export interface Served {
  readonly app: Express;
  /** The mount; `io` in it is the server. */
  readonly sio: SocketioMiddleware;
  /** Such as `http://localhost:3000`. */
  readonly url: string;
}

export interface ServeOptions extends SocketioOptions {
  /** The example's own pages. */
  readonly pages: URL;
  /** Adds routes in front of the pages. */
  readonly routes?: (app: Express, io: SocketioMiddleware['io']) => void;
  /** Default: that of the environment, else 3000. */
  readonly port?: number;
  /** Called when the last client has left: closes what the example has opened. */
  readonly ended?: () => unknown;
}

/** Starts an example: pages, namespaces, and an end that loses nothing. */
export async function serve(
  namespaces: Parameters<typeof socketio>[0],
  { pages, routes, ended, port = Number(process.env.PORT ?? 3000), ...options }: ServeOptions,
): Promise<Served> {
  const app: Express = express();
  const sio = socketio(namespaces, options);
  app.disable('x-powered-by');
  app.use((_req, res, next) => {
    res.set(
      'Content-Security-Policy',
      "default-src 'self'; connect-src *; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    );
    next();
  });
  routes?.(app, sio.io);
  app.use(express.static(fileURLToPath(pages)));
  app.use('/shared', express.static(shared));
  app.use('/uplot', express.static(uplot));
  app.use(sio);
  const server = app.listen(port);
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      // Work in progress ends; then the clients reconnect to the next server.
      await sio.io.drain({ deadline: 5000, jitter: 200 });
      await sio.io.close();
      server.close();
      await ended?.();
    });
  }
  return { app, sio, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}
