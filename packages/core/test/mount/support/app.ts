import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { HANDLED, type MountPoint, NEXT, sendReply } from '../../../src/mount.js';

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
