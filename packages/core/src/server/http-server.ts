import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { ListenOptions, Server } from 'node:net';

import { unusedConnections } from '../internal/node-internals.js';
import {
  clearGenuineInterval,
  clearGenuineTimeout,
  genuineInterval,
  genuineNow,
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

/** Closes a server that has no work left. @returns its error, if any */
export function closeServer(server: HttpServer): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const late = ours.has(server) ? closeLate(server) : undefined;
    server.close((error) => {
      clearGenuineTimeout(late);
      resolve(error);
    });
    releaseClosing(server);
  });
}

/** Node takes a connection without a whole header for busy, and of a closed server it no longer times headers. */
function closeLate(server: HttpServer): NodeJS.Timeout | undefined {
  if (server.headersTimeout === 0) return undefined;
  return genuineTimeout(() => server.closeAllConnections(), server.headersTimeout);
}

/** Milliseconds between two looks at the connections of a server that closes. */
const LOOK = 50;
/** Milliseconds that a connection has for its first byte once its server closes. */
const FIRST_BYTE = 1000;
/** Milliseconds that a server may take to begin to close. */
const BEGIN = 10_000;

/** The open sessions of an HTTP/2 server that a mount serves. */
const sessions = new WeakMap<Server, Set<Http2Session>>();
const closing = new WeakSet<Server>();

/** Of HTTP/1, or a server of HTTP/2 that takes HTTP/1 as well, or of HTTP/2 alone. */
type ClosableServer = Server & Partial<Pick<HttpServer, 'closeIdleConnections'>>;

/** Keeps a session in mind until it ends. */
export function noteSession(server: Server, session: Http2Session): void {
  const open = sessions.get(server) ?? new Set();
  if (open.has(session)) return;
  sessions.set(server, open.add(session));
  session.once('close', () => open.delete(session));
}

/** The same for the session of a request over HTTP/2, which may have begun before a mount served the server. */
export function noteSessionOf(req: IncomingMessage, server: Server): void {
  const { stream } = req as IncomingMessage & { readonly stream?: { readonly session?: Http2Session } };
  if (stream?.session?.closed === false) noteSession(server, stream.session);
}

/**
 * Lets a server end that closes, or is about to: ends what would hold it open with nothing under way. These are connections that are
 * kept alive; those that a browser has opened in advance, for whose first request Node waits without an end; and sessions of HTTP/2.
 */
export function releaseClosing(server: ClosableServer): void {
  if (closing.has(server)) return;
  closing.add(server);
  const begun = genuineNow();
  let closedAt: number | undefined;
  const end = () => {
    clearGenuineInterval(look);
    server.off('close', end);
    closing.delete(server);
  };
  const release = () => {
    const now = genuineNow();
    if (server.listening) {
      if (closedAt !== undefined || now - begun > BEGIN) end();
      return;
    }
    closedAt ??= now;
    server.closeIdleConnections?.();
    for (const session of sessions.get(server) ?? []) if (!session.closed) session.close();
    if (now - closedAt >= FIRST_BYTE) for (const socket of unusedConnections(server)) socket.destroy();
  };
  const look = genuineInterval(release, LOOK);
  look.unref();
  server.once('close', end);
  release();
}
