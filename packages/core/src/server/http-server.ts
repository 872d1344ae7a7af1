import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ListenOptions } from 'node:net';
import {
  clearGenuineInterval,
  clearGenuineTimeout,
  genuineInterval,
  genuineTimeout,
} from '../internal/time/genuine.js';
import { type StaticFiles, staticFiles } from './static/static-files.js';

/** The HTTP servers made here. */
const ours = new WeakSet<HttpServer>();

/**
 * An HTTP server for nothing else.
 * @param where a port, the path of a socket, or what Node's `listen` takes.
 */
export function listeningServer(where: number | string | ListenOptions, files: StaticFiles | undefined): HttpServer {
  const server = createServer(files === undefined ? notFound : staticFiles(files));
  ours.add(server);
  return server.listen(isPort(where) ? Number(where) : where);
}

/** Ports come as text out of the environment. */
function isPort(where: number | string | ListenOptions): where is number | string {
  return typeof where !== 'object' && String(Number(where)) === String(where).trim();
}

function notFound(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(404);
  res.end();
}

/** Milliseconds. */
const LOOK_FOR_IDLE = 50;

/** Closes a server that has no work left. @returns its error, if any */
export function closeServer(server: HttpServer): Promise<Error | undefined> {
  return new Promise((resolve) => {
    // Connections that are only kept alive would hold the server open; some become so when their last answer is out.
    const closeIdle = () => server.closeIdleConnections?.();
    const look = genuineInterval(closeIdle, LOOK_FOR_IDLE);
    const late = ours.has(server) ? closeLate(server) : undefined;
    server.close((error) => {
      clearGenuineInterval(look);
      clearGenuineTimeout(late);
      resolve(error);
    });
    closeIdle();
  });
}

/** Node takes a connection without a whole header for busy, and of a closed server it no longer times headers. */
function closeLate(server: HttpServer): NodeJS.Timeout | undefined {
  if (server.headersTimeout === 0) return undefined;
  return genuineTimeout(() => server.closeAllConnections(), server.headersTimeout);
}
