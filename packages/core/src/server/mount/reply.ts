import { EventEmitter } from 'node:events';
import { type OutgoingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { destroyResponse } from '../../internal/http/destroy-response.js';
import { takeOffSocket } from '../../internal/node-internals.js';
import type { Reply } from '../../transport/exchange.js';

// ---- headers ----

type Value = string | string[];

/** Headers that add to what is there already, instead of replacing it. */
const ADDING = new Set(['set-cookie', 'vary']);

/** Headers that a 101 must not carry: they are about a body or the connection, or `ws` sets them. */
const NOT_ON_SWITCH = /^(?:content-.*|connection|transfer-encoding|upgrade|keep-alive|date|trailer|sec-websocket-.*)$/;

/** The value of a header once a reply has added `value` to the value `before`. */
export function mergedHeader(name: string, before: number | Value | undefined, value: Value): Value {
  if (before === undefined || !ADDING.has(name.toLowerCase())) return value;
  const all = [before, value].flat().map(String);
  return name.toLowerCase() === 'vary' ? [...new Set(all.flatMap((line) => line.split(/ *, */)))].join(', ') : all;
}

/** Sets a reply's headers on a response. Cookies and `Vary` that are set already are kept. */
export function setHeaders(res: OutgoingMessage, headers: Reply['headers']): void {
  for (const name in headers) addHeader(res, name, headers[name]);
}

function addHeader(res: OutgoingMessage, name: string, value: Value | undefined): void {
  if (value !== undefined) res.setHeader(name, mergedHeader(name, res.getHeader(name), value));
}

/** The words of a route for pages of another origin. */
export interface CorsAnswer {
  /** The origin of the page, if it may read the answer; `*` for any. */
  readonly origin: string | undefined;
  readonly credentials?: boolean | undefined;
  /** Names of headers that the page may read. */
  readonly exposed?: readonly string[] | undefined;
}

/** Sets CORS headers on Node's response, for frameworks that set them on their own answers only: sio answers polls itself. */
export function setCorsHeaders(res: ServerResponse, { origin, credentials, exposed = [] }: CorsAnswer): void {
  if (origin === undefined) return;
  res.setHeader('access-control-allow-origin', origin);
  if (origin !== '*') res.setHeader('vary', 'origin');
  if (credentials) res.setHeader('access-control-allow-credentials', 'true');
  if (exposed.length > 0) res.setHeader('access-control-expose-headers', exposed.join(','));
}

/** A response's headers as lines for a 101. */
export function switchingLines(res: OutgoingMessage): string[] {
  const all: string[] = [];
  for (const name of res.getHeaderNames()) {
    const value = res.getHeader(name);
    if (value === undefined || NOT_ON_SWITCH.test(name)) continue;
    if (Array.isArray(value)) for (const one of value) all.push(`${name}: ${one}`);
    else all.push(`${name}: ${value}`);
  }
  return all;
}

/** Headers as lines, one per value. */
export function headerLines(headers: Reply['headers']): string[] {
  const all: string[] = [];
  for (const name in headers) all.push(...lines(name, headers[name]));
  return all;
}

function lines(name: string, value: number | Value | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map((one) => `${name}: ${one}`) : [`${name}: ${value}`];
}

/** Whether a header, as a line, may stand on a 101. */
export function belongsOnSwitch(line: string): boolean {
  return !NOT_ON_SWITCH.test(line.slice(0, line.indexOf(':')).toLowerCase());
}

// ---- answers ----

/**
 * Answers with a reply, through all wrappers of the response. If code of the application makes that fail, the response is closed.
 */
export function sendReply(res: ServerResponse, reply: Reply): void {
  const { status, headers, body } = reply;
  try {
    res.statusCode = status;
    // One that a middleware has set belongs to another status, or cannot be sent at all.
    if (res.req.httpVersionMajor < 2) res.statusMessage = '';
    // Both need a body in chunks.
    res.removeHeader('Trailer');
    res.removeHeader('Transfer-Encoding');
    for (const name in headers) addHeader(res, name, headers[name]);
    if (!BODILESS.has(status)) res.setHeader('Content-Length', Buffer.byteLength(body));
    if (body.length > 0) res.end(body);
    else res.end();
  } catch (error) {
    failResponse(res, error);
  }
}

/** Statuses of answers that have no body: their `Content-Length` need not be that of what is sent. */
const BODILESS: ReadonlySet<number> = new Set([100, 101, 102, 103, 204, 304]);

/** Answers an upgrade that has no response object: writes the reply to the bare socket and closes the socket. */
export function refuse(socket: Duplex, reply: Reply): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  // No other listener is left, and the client may reset the connection while this is being written.
  socket.on('error', destroyIt);
  const head = [
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`,
    ...headerLines(reply.headers),
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(reply.body)}`,
  ];
  // No header may end its line early, whatever it was made from.
  socket.write(`${head.map((line) => line.replace(/[\r\n]/g, ' ')).join('\r\n')}\r\n\r\n`);
  if (reply.body.length > 0) socket.write(reply.body);
  closeSocket(socket);
}

/** Listener for errors of a socket that has no other. */
export function destroyIt(this: Duplex): void {
  this.destroy();
}

/** Destroys a socket as soon as what was written to it is out, even if the client keeps its own half open. */
export function closeSocket(socket: Duplex & { destroySoon?: () => void }): void {
  // Bytes left unread would make the kernel reset the connection, and the client lose the answer.
  socket.resume();
  if (socket.destroySoon !== undefined) socket.destroySoon();
  else socket.end(() => socket.destroy());
}

/** A plain-text reply. */
export function textReply(status: number): Reply {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: STATUS_CODES[status] ?? '' };
}

// ---- responses that middlewares have changed ----

/** Methods that middlewares replace on a response, to learn of, change or hold back the answer. */
const WRAPPED = [
  ...(['writeHead', 'write', 'end', 'flushHeaders', 'on', 'addListener', 'once', 'emit', 'setHeader'] as const),
  ...(['appendHeader', 'removeHeader', 'getHeader', 'getHeaders', 'getHeaderNames', 'hasHeader'] as const),
];

/**
 * Undoes what middlewares have replaced on a response, so that Node alone answers: a session middleware neither saves the state
 * of the moment when a long poll began, nor renews the cookie of a session that has ended since. Headers already set stay, and
 * so do `finish` and `close`, which loggers wait for.
 */
export function unwrapResponse(res: ServerResponse): void {
  for (const name of WRAPPED) if (Object.hasOwn(res, name)) Reflect.deleteProperty(res, name);
  if (res.req.httpVersionMajor > 1) return;
  // A middleware has set these for an answer of its own.
  if (res.statusMessage) res.statusMessage = '';
  if (res.strictContentLength) res.strictContentLength = false;
  if (res.hasHeader('trailer')) res.removeHeader('trailer');
}

const taken = new WeakMap<Duplex, ServerResponse>();

/** Notes that a response is the mount's alone from now on: its framework has let go of it. */
export function noteTaken(socket: Duplex, res: ServerResponse): void {
  taken.set(socket, res);
}

/**
 * Whether a mount still answers on the connection. Bytes that are no HTTP are then no matter of the framework either: Hapi would
 * answer the request that it has abandoned, and fail where nothing catches it.
 */
export function isTaken(socket: Duplex): boolean {
  return taken.get(socket)?.writableFinished === false;
}

/** Node's own: middlewares replace methods of a response. */
const { on } = EventEmitter.prototype;

type Method = (this: GuardedResponse, ...args: unknown[]) => unknown;

/** The exchange that a guarded response belongs to. */
interface FailingExchange {
  failed(error: unknown, what: string): void;
  /** @param sent whether the answer went out */
  settle(sent: boolean): void;
}

/** The state of a response that is guarded. */
interface Guard {
  /** Takes the first failure. */
  readonly exchange: FailingExchange;
  /** The methods as they were. */
  readonly methods: Record<string, Method>;
  /** A middleware has replaced what writes the body: the bytes are counted. */
  readonly counts: boolean;
  failed: boolean;
}

const kGuard = Symbol('sio.guard');
type GuardedResponse = ServerResponse & { [kGuard]?: Guard };

type Emitting = (this: ServerResponse, ...args: never[]) => unknown;

/** Node's own, past what a middleware has made of it: the connection hears by events that its response is over. */
const byNode =
  (name: 'on' | 'once' | 'emit') =>
  (res: ServerResponse, args: unknown[]): unknown =>
    Reflect.apply(EventEmitter.prototype[name] as Emitting, res, args);

/** Stand-ins for methods once their response has failed. Absent: it returns the response. */
const FALLBACKS: Readonly<Record<string, ((res: ServerResponse, args: unknown[]) => unknown) | undefined>> = {
  emit: byNode('emit'),
  on: byNode('on'),
  addListener: byNode('on'),
  once: byNode('once'),
  write: () => false,
  hasHeader: () => false,
  getHeader: () => undefined,
  getHeaderNames: () => [],
  getHeaders: () => ({}),
};

/** Methods that throw when the answer is already under way. */
const OFTEN_THROWING: ReadonlySet<string> = new Set(['setHeader', 'writeHead', 'write', 'end']);

/** Methods that are guarded where a middleware has replaced them. */
const REPLACEABLE = [
  ...['appendHeader', 'removeHeader', 'getHeader', 'getHeaderNames', 'getHeaders', 'hasHeader', 'flushHeaders'],
  ...['on', 'once', 'addListener', 'emit'],
] as const;

const guards: Readonly<Record<string, Method>> = Object.fromEntries(
  [...OFTEN_THROWING, ...REPLACEABLE].map((name) => [name, guarded(name)]),
);

function guarded(name: string): Method {
  const fallback = FALLBACKS[name];
  const isCounted = name === 'write' || name === 'end';
  return function (this: GuardedResponse, ...args: unknown[]): unknown {
    const guard = this[kGuard];
    if (guard !== undefined && !guard.failed) {
      const { strictContentLength } = this;
      // A middleware may have made the method drop what it is given: the client would wait for the rest of the body.
      const counts =
        isCounted && guard.counts && !this.destroyed && this.req.method !== 'HEAD' && !BODILESS.has(this.statusCode);
      if (counts) this.strictContentLength = true;
      try {
        return Reflect.apply(guard.methods[name]!, this, args);
      } catch (error) {
        failResponse(this, error);
      } finally {
        if (counts) this.strictContentLength = strictContentLength;
      }
    }
    return fallback === undefined ? this : fallback(this, args);
  };
}

/**
 * Contains failures of a response's methods, also when a framework calls them: middlewares replace them with code that fails,
 * and a hook that has answered makes the framework's own answer fail where nothing catches it.
 * @param exchange takes the first failure
 * @returns false for a response that cannot be guarded, since a middleware has frozen it or its methods. It has been closed.
 */
export function guardResponse(res: ServerResponse, exchange: FailingExchange): boolean {
  const response = res as GuardedResponse & Record<string, unknown>;
  if (response[kGuard] !== undefined) return true;
  const methods: Record<string, Method> = {};
  const counts = Object.hasOwn(res, 'end') || Object.hasOwn(res, 'write');
  const guard: Guard = { exchange, methods, counts, failed: false };
  for (const name in guards) {
    if (!OFTEN_THROWING.has(name) && !Object.hasOwn(res, name)) continue;
    methods[name] = response[name] as Method;
    const own = { value: guards[name], configurable: true, enumerable: true, writable: true };
    if (!Reflect.defineProperty(res, name, own)) return refuseFrozen(res, exchange);
  }
  response[kGuard] = guard;
  on.call(res, 'error', onError);
  return true;
}

function refuseFrozen(res: ServerResponse, exchange: FailingExchange): false {
  exchange.failed(new Error('A middleware has made the response of this request read-only'), 'response');
  exchange.settle(false);
  takeOffSocket(res)?.destroy();
  return false;
}

/** Gives up a response at which code of the application has failed: reports the failure, and closes the response unless it was sent. */
export function failResponse(res: ServerResponse, error: unknown): void {
  const guard = (res as GuardedResponse)[kGuard];
  if (guard !== undefined && !guard.failed) {
    guard.failed = true;
    guard.exchange.failed(error, 'response');
  }
  closeUnanswered(res);
}

/** Closes a response that has not been answered in whole. */
export function closeUnanswered(res: ServerResponse): void {
  if (!res.writableEnded) destroyResponse(res);
}

/** Data behind the end of an answer shows as an event, which ends the process when nothing listens. */
function onError(this: ServerResponse, error: unknown): void {
  failResponse(this, error);
}

/** Listens for an event of a response, past whatever a middleware has made of its methods. */
export function listen(res: ServerResponse, event: string, listener: (...args: never[]) => void): void {
  on.call(res, event, listener as () => void);
}
