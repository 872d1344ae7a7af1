import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The methods that middlewares replace on a response object to hear of, change or hold back what is written. */
const WRAPPED = [
  ...(['writeHead', 'write', 'end', 'flushHeaders', 'on', 'addListener', 'once', 'emit', 'setHeader'] as const),
  ...(['appendHeader', 'removeHeader', 'getHeader', 'getHeaders', 'getHeaderNames', 'hasHeader'] as const),
];

/**
 * Takes every middleware's hands off a response, so that Node alone answers: a session middleware neither saves what it read
 * when a long poll began, nor renews the cookie of a session that has ended since. Headers already set stay, and so do
 * `finish` and `close`, which loggers wait for.
 */
export function unwrapResponse(res: ServerResponse): void {
  for (const name of WRAPPED) if (Object.hasOwn(res, name)) delete (res as Partial<ServerResponse>)[name];
  if (res.req.httpVersionMajor > 1) return;
  // A middleware has set these for an answer of its own.
  if (res.statusMessage) res.statusMessage = '';
  if (res.strictContentLength) res.strictContentLength = false;
  if (res.hasHeader('trailer')) res.removeHeader('trailer');
}

const taken = new WeakMap<Duplex, ServerResponse>();

/** The response is a mount's alone from now on: its framework has let go of it. */
export function noteTaken(socket: Duplex, res: ServerResponse): void {
  taken.set(socket, res);
}

/**
 * Whether a mount still answers on the connection. What then comes over it that is no HTTP is no framework's business either:
 * Hapi would give an answer of its own to the request that it has abandoned, and fail where nobody catches it.
 */
export function isTaken(socket: Duplex): boolean {
  return taken.get(socket)?.writableFinished === false;
}
