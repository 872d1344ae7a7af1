import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { keepShape } from './kept-shapes.js';

// Every use of behaviour that Node does not document stands in this file. `test/internal/node-internals.test.ts` and `node-http.test.ts` have a canary for
// each: it fails when a Node release changes that behaviour.

// ---- asynchronous context ----

/** Each `AsyncResource` has two marks of Node's own: its number, and that of the one it was made in. */
const PLAIN_MARKS = 2;
const PLAIN = new Set<string | undefined>(['async_id_symbol', 'trigger_async_id_symbol', 'destroyed']);

/** Keeps no process alive, and says so to whatever looks for open handles, as Jest's `--detectOpenHandles` does. */
export class Scope extends AsyncResource {
  hasRef(): false {
    return false;
  }
}

keepShape(new Scope('sio.connection'));

/**
 * The asynchronous context of this moment; undefined when no `AsyncLocalStorage` of the process holds anything. Each storage leaves a
 * mark of its own on all resources once it is used; since Node 24, one mark for all has a value.
 */
export function captureScope(): AsyncResource | undefined {
  const scope = new Scope('sio.connection');
  const marks = Object.getOwnPropertySymbols(scope);
  if (marks.length <= PLAIN_MARKS) return undefined;
  for (const mark of marks) {
    if (PLAIN.has(mark.description)) continue;
    if (mark.description !== 'context_frame') return scope;
    if (Reflect.get(scope, mark) !== undefined) return scope;
  }
  return undefined;
}

// ---- emitters ----

/** What Node keeps per emitter: one function, or a list when there are several. */
export type ListenerSlot = ((...args: unknown[]) => unknown) | ((...args: unknown[]) => unknown)[];

type ListenerTable = Record<string | symbol, ListenerSlot | undefined>;
type Listen = (this: object, event: string | symbol, listener: (...args: unknown[]) => void) => unknown;

// Declared for Node's own emitters, but they work on any object with its table.
const { on, prependListener } = EventEmitter.prototype as unknown as { on: Listen; prependListener: Listen };

/**
 * A table that inherits nothing, as event names come from the wire. Unlike the `{ __proto__: null }` that Node would make,
 * V8 does not take it for a dictionary, which would weigh three times as much.
 */
// A class cannot have a prototype without a prototype.
const Listeners = function Listeners() {} as unknown as new () => ListenerTable;
Listeners.prototype = Object.create(null);

/**
 * Node's methods work on an emitter whose constructor never ran. Skipping it saves an idle connection two objects, which
 * counts when there are tens of thousands.
 */
class Lazy {
  _events: ListenerTable | undefined = undefined;
  _eventsCount = 0;

  on(event: string | symbol, listener: (...args: unknown[]) => void): this {
    this._events ??= new Listeners();
    on.call(this, event, listener);
    return this;
  }

  addListener(event: string | symbol, listener: (...args: unknown[]) => void): this {
    return this.on(event, listener);
  }

  prependListener(event: string | symbol, listener: (...args: unknown[]) => void): this {
    this._events ??= new Listeners();
    prependListener.call(this, event, listener);
    return this;
  }
}
Object.setPrototypeOf(Lazy.prototype, EventEmitter.prototype);

/** An `EventEmitter` that costs nothing until somebody listens. `_events` is public so that dispatch can look first. */
// Its prototype is set above, which the compiler does not see.
export const LazyEmitter = Lazy as unknown as abstract new () => EventEmitter & Lazy;

/** An emitter as Node makes them, or a lazy one. */
export type Emitter = EventEmitter & Pick<Lazy, '_events'>;

/** The listeners of an event, where there are any: Node's types do not show the table. */
export function listenersOf(emitter: object, event: string | symbol): ListenerSlot | undefined {
  return (emitter as { readonly _events?: ListenerTable | undefined })._events?.[event];
}

/** How many listeners Node has counted, whatever their events. */
export function listenerCountOf(emitter: EventEmitter): number {
  return (emitter as { _eventsCount?: number })._eventsCount ?? 0;
}

/** Takes the table of listeners, up to 184 bytes, off an emitter that nothing will listen to. Node makes it again for the first listener. */
export function dropListenerTable(emitter: EventEmitter): void {
  (emitter as { _events?: ListenerTable | undefined })._events = undefined;
}

// ---- sockets ----

/** Node itself looks at these fields to tell whether a socket's timeout has come. */
interface SocketHandle {
  readonly _handle?: { readonly bytesWritten?: number; readonly writeQueueSize?: number } | null;
}

/** The name of Node's own listener of `end`, which does nothing where a socket may be open on one side only. */
const NODE_END = 'onReadableStreamEnd';

/**
 * Listens to the end of what a socket sends. On a connection of an HTTP server this takes the place of Node's own listener: a list
 * of two would cost each connection 64 bytes.
 */
export function onEndOf(socket: Duplex, listener: (this: Duplex) => void): void {
  const table = (socket as { _events?: ListenerTable })._events;
  const own = table?.end;
  if (table !== undefined && socket.allowHalfOpen && typeof own === 'function' && own.name === NODE_END)
    table.end = listener;
  else socket.on('end', listener);
}

/** Bytes that the system has taken of what is being written to `socket`; -1 while it has taken everything. Only good to compare. */
export function bytesTakenOf(socket: object | null): number {
  const handle = (socket as SocketHandle | null)?._handle;
  const { bytesWritten = 0, writeQueueSize = 0 } = handle ?? {};
  return writeQueueSize === 0 ? -1 : (bytesWritten - writeQueueSize) & 0x3fff_ffff;
}

/** Bytes that a socket has handed to the system, also when it is closed; `bytesWritten` adds what waits, which a broken socket loses. */
export function bytesDispatched(socket: object): number {
  return (socket as { readonly _bytesDispatched?: number })._bytesDispatched ?? 0;
}

// ---- responses ----

/** Node keeps the head of a response here until its first byte is out. */
interface UnsentHead {
  _header?: unknown;
  _headerSent?: boolean;
  _hasBody?: boolean;
}

/**
 * Makes an ASCII body part of the head that is about to go out: one string, and one system call, where Node would collect head, body
 * and an empty end as three, which costs a fifth of the whole answer.
 * @returns false when this response does not keep its head as text (HTTP/2): then the body is to be written as usual.
 */
export function joinBody(res: ServerResponse, body: string): boolean {
  const head = res as ServerResponse & UnsentHead;
  if (typeof head._header !== 'string' || head._headerSent !== false || head._hasBody !== true) return false;
  head._header += body;
  return true;
}

// ---- HTTP ----

/** The server that has accepted a connection. Node documents it for no kind of socket. */
export function serverOf(socket: object): Server | undefined {
  return (socket as { server?: Server }).server;
}

/** The same of anything that carries a connection: a socket, or a stream of HTTP/2. */
export function serverBehind(carrier: object): Server | undefined {
  const { session } = carrier as { session?: { readonly socket?: object; readonly destroyed: boolean } };
  const socket = session === undefined || session.destroyed ? undefined : session.socket;
  return serverOf(socket ?? carrier);
}

/** Whether a response that was sent earlier on the connection is still unfinished. */
export function hasUnfinishedResponse(socket: object): boolean {
  return Boolean((socket as { _httpMessage?: unknown })._httpMessage);
}

/**
 * A response for a request that Node has handed over with its socket, on that socket. The connection closes with it, as Node reads no
 * further requests there.
 * @throws ERR_HTTP_SOCKET_ASSIGNED when an earlier response on the connection is unfinished
 */
export function responseFor(req: IncomingMessage, socket: Duplex): ServerResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket as Socket);
  return res;
}

/** Takes a response off its socket, whose events fail where the response has been frozen. @returns the socket, if it had one. */
export function takeOffSocket(res: ServerResponse): Socket | null {
  const { socket } = res;
  if (socket === null) return null;
  try {
    res.detachSocket(socket);
  } catch {
    // Node has taken its listeners off the socket before it changes the response.
  }
  return socket;
}

/**
 * Takes a response off its socket, where it has one, and makes it look like one that has been sent. One that a middleware has frozen
 * stays as it is.
 */
export function sealResponse(res: ServerResponse): void {
  const { socket } = res;
  try {
    if (socket) res.detachSocket(socket);
    Object.defineProperties(res, SENT);
  } catch {
    // Node has taken its listeners off the socket before it changes the response.
  }
}

/** Makes a sealed response look like one whose connection has closed. */
export function showClosed(res: ServerResponse): void {
  if (!Object.isFrozen(res)) Object.defineProperties(res, CLOSED);
}

const YES = { value: true, configurable: true, writable: true };
const SENT = { finished: YES, headersSent: YES, writableFinished: YES };
const CLOSED = { destroyed: YES, closed: YES };

/**
 * Makes Node take the request that it is about to emit for an upgrade, though nothing listened for upgrades when it was parsed:
 * the parser takes itself off the socket as it returns, and `upgrade` follows.
 * @returns false when an earlier response on the connection is unfinished: then the request stays a plain one.
 */
export function turnIntoUpgrade(req: IncomingMessage, res: ServerResponse): boolean {
  if (res.socket !== req.socket) return false;
  res.detachSocket(req.socket);
  (req as { upgrade?: boolean }).upgrade = true;
  return true;
}

/** Node's list of the connections of an HTTP server, with a parser for each. */
interface ConnectionList {
  all?(): { readonly socket?: Socket | null }[];
}

/** The connections of an HTTP server that have not sent a byte yet. Node takes them for busy. */
export function unusedConnections(server: object): Socket[] {
  const key = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'http.server.connections');
  const list = key === undefined ? undefined : (Reflect.get(server, key) as ConnectionList | undefined);
  return (list?.all?.() ?? []).flatMap(({ socket }) => (socket?.bytesRead === 0 ? [socket] : []));
}

/** HTTP/2 makes no requests of its streams until something has listened for one. */
export function wakeHttp2(server: Server): void {
  server.on('request', nothing).off('request', nothing);
}

/**
 * Gives a connection, with what was put back into it, to a server as if it had just been accepted. Listeners of the application have
 * seen it already.
 */
export function acceptAgain(server: Server, socket: Duplex): void {
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection';
  const accept = server.listeners(event).find(({ name }) => name === 'connectionListener');
  if (accept === undefined) server.emit(event, socket);
  else accept.call(server, socket);
}

function nothing(): void {}
