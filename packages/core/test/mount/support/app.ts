import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { listenOnPort } from '@sio/test-kit';
import { onTestFinished } from 'vitest';
import { HANDLED, type MountOptions, MountPoint, NEXT, sendReply } from '../../../src/mount.js';
import { EchoEndpoint } from './echo-endpoint.js';

export type Next = () => void;
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void;

/** A request listener that runs middlewares in a row, like the frameworks do, and ends with 404. */
export function app(...middlewares: Middleware[]): RequestListener {
  return (req, res) => {
    const run = (index: number): void => {
      const middleware = middlewares[index];
      if (middleware !== undefined) middleware(req, res, () => run(index + 1));
      else res.writeHead(404).end('nothing here');
    };
    run(0);
  };
}

/** Leads requests below `prefix` to a mount. */
export function mounted(mount: MountPoint, prefix = ''): Middleware {
  return (req, res, next) => {
    const url = req.url ?? '/';
    if (!url.startsWith(prefix)) return next();
    void answer(mount, req, res, url, next, prefix);
  };
}

async function answer(
  mount: MountPoint,
  req: IncomingMessage,
  res: ServerResponse,
  url: string,
  next: Next,
  prefix: string,
): Promise<void> {
  const { body } = req as { body?: unknown };
  const outcome = await mount.enter({ req, res, url: url.slice(prefix.length), originalUrl: url, context: req, body });
  if (outcome === NEXT) next();
  else if (outcome !== HANDLED) sendReply(res, outcome);
}

interface EchoMount {
  readonly middlewares?: readonly Middleware[];
  readonly options?: MountOptions;
  readonly prefix?: string;
}

/** Serves an app with middlewares and, behind them, a mount that echoes. */
export async function serveEcho({ middlewares = [], options, prefix = '' }: EchoMount = {}) {
  const endpoint = new EchoEndpoint();
  const mount = new MountPoint(endpoint, options);
  onTestFinished(() => mount.leave());
  const server = createServer(app(...middlewares, mounted(mount, prefix)));
  const port = await listenOnPort(server);
  return { endpoint, mount, server, port, base: `ws://127.0.0.1:${port}`, web: `http://127.0.0.1:${port}` };
}
