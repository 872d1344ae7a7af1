import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import { Server as HttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { namesSession, noteArrival, rawHeader } from '../../internal/http/request.js';
import {
  acceptAgain,
  hasUnfinishedResponse,
  serverOf,
  turnIntoUpgrade,
  wakeHttp2,
} from '../../internal/node-internals.js';
import { noteSession, noteSessionOf, releaseClosing } from '../http-server.js';
import type { FrontMount, PathOwnership, RoutedMount, ServerSeeker } from './contracts.js';
import { hideBody } from './exchange.js';
import { pathOf, queryOf } from './paths.js';
import { destroyIt, isTaken, refuse, textReply } from './reply.js';
import { UpgradeRequest } from './upgrade.js';

type Close = Server['close'];
type Emit = (...args: unknown[]) => boolean;
type Listener = (...args: unknown[]) => void;

const SWITCHING = 101;
const NOT_FOUND = 404;
/** Of a client of Engine.IO. */
const CLIENT_QUERY = /(?:^|&)transport=/;

/** The header `Upgrade` of a request that asks for a WebSocket. */
const WEBSOCKET = /\bwebsocket\b/i;

const dispatchers = new WeakMap<Server, Dispatcher>();

/**
 * The one place per HTTP server where upgrades are sorted, before any listener: ours go to a mount, the rest to the others as
 * if we were not there. A listener beside theirs would not do, since several libraries refuse or cut what they do not know.
 */
export class Dispatcher {
  readonly #server: Server;
  readonly #front = new Set<FrontMount>();
  readonly #routed = new Set<RoutedMount>();
  #innerEmit: Emit | undefined;
  #ownEmit: Emit | undefined;
  #innerClose: Close | undefined;
  #ownClose: Close | undefined;
  #awaited: IncomingMessage | undefined;
  /** Listeners for requests that stand in front of the mounts, undefined where nothing does. */
  #prepended: Set<Listener> | undefined = undefined;
  #ownPrepend: Server['prependListener'] | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static of(server: Server): Dispatcher {
    let dispatcher = dispatchers.get(server);
    if (dispatcher === undefined) {
      dispatcher = new Dispatcher(server);
      dispatchers.set(server, dispatcher);
    }
    return dispatcher;
  }

  add(mount: RoutedMount): void {
    this.#routed.add(mount);
    this.#install();
  }

  addFront(mount: FrontMount): void {
    this.#front.add(mount);
    this.#install();
  }

  remove(mount: RoutedMount | FrontMount): void {
    this.#routed.delete(mount as RoutedMount);
    this.#front.delete(mount as FrontMount);
    if (this.#routed.size === 0 && this.#front.size === 0) this.#uninstall();
  }

  /**
   * The request that Node is about to emit asks for an upgrade that nothing listened for when it was parsed. Makes Node take it
   * for one after all.
   */
  awaitUpgrade(req: IncomingMessage): void {
    this.#awaited = req;
  }

  /** The mount that gets the requests for a path past all frameworks. */
  frontFor(path: string, query: string, req?: IncomingMessage): FrontMount | undefined {
    let retired: FrontMount | undefined;
    for (const mount of this.#front) {
      if (!mount.claims(path, query, req)) continue;
      if (!mount.retired) return mount;
      retired ??= mount;
    }
    return retired;
  }

  // ---- the server's own methods ----

  #install(): void {
    const server = this.#server;
    // Node offers an upgrade only if something listens; the sorting itself happens in `emit`.
    if (!server.listeners('upgrade').includes(placeholder)) server.on('upgrade', placeholder);
    if (this.#ownEmit !== undefined) return;
    wakeHttp2(server);
    this.#innerEmit = Object.hasOwn(server, 'emit') ? (server.emit as Emit) : undefined;
    this.#ownEmit = (...args) => {
      const [event, first, second, third] = args;
      let isTaken = false;
      if (event === 'request') {
        const req = first as IncomingMessage;
        if (req.httpVersionMajor === 2) noteSessionOf(req, server);
        isTaken = this.#request(req, second as ServerResponse);
      } else if (event === 'upgrade')
        isTaken = this.#upgrade(first as IncomingMessage, second as Duplex, third as Buffer);
      else if (event === 'session') noteSession(server, first as Http2Session);
      else if (event === 'clientError') isTaken = this.#clientError(first as Error, second as Duplex);
      return isTaken || this.#emitInner(args);
    };
    server.emit = this.#ownEmit as Server['emit'];
    this.#installClose(server);
    this.#installPrepend(server);
  }

  /**
   * A listener that is put in front of all others sees our requests as well, as in front of a listener of ours: `@socket.io/sticky` so ends
   * connections after each request, which would otherwise bring requests of one worker's session to another.
   */
  #installPrepend(server: Server): void {
    if (this.#ownPrepend !== undefined || Object.hasOwn(server, 'prependListener')) return;
    const prepend = server.prependListener;
    this.#ownPrepend = function (this: Server, event: string, listener: Listener) {
      if (event === 'request') {
        const dispatcher = Dispatcher.of(this);
        dispatcher.#prepended ??= new Set();
        dispatcher.#prepended.add(listener);
      }
      return Reflect.apply(prepend, this, [event, listener]) as Server;
    } as Server['prependListener'];
    server.prependListener = this.#ownPrepend;
  }

  /** Calls some of the listeners for requests. @returns whether there are any. */
  #call(req: IncomingMessage, res: ServerResponse, which: (listener: Listener) => boolean): boolean {
    const listeners = (this.#server.listeners('request') as Listener[]).filter(which);
    for (const listener of listeners) listener.call(this.#server, req, res);
    return listeners.length > 0;
  }

  /** There is no event that says that a server is about to close. */
  #installClose(server: Server): void {
    if (this.#ownClose !== undefined) return;
    this.#innerClose = Object.hasOwn(server, 'close') ? server.close : undefined;
    this.#ownClose = (done) => {
      const close = this.#innerClose ?? (Object.getPrototypeOf(server) as Server).close;
      const waits = [...this.#routed].flatMap((mount) => mount.serverClosing() ?? []);
      const closeNow = () => {
        close.call(server, done);
        releaseClosing(server);
      };
      if (waits.length === 0) closeNow();
      else void Promise.all(waits).then(closeNow);
      return server;
    };
    server.close = this.#ownClose;
  }

  #uninstallClose(server: Server): void {
    if (server.close !== this.#ownClose) return;
    if (this.#innerClose === undefined) delete (server as Partial<Server>).close;
    else server.close = this.#innerClose;
    this.#ownClose = undefined;
    this.#innerClose = undefined;
  }

  #uninstall(): void {
    const server = this.#server;
    server.off('upgrade', placeholder);
    this.#uninstallClose(server);
    if (server.prependListener === this.#ownPrepend) {
      delete (server as Partial<Server>).prependListener;
      this.#ownPrepend = undefined;
    }
    // Another library has wrapped ours since: it stays, and lets everything through.
    if (server.emit !== this.#ownEmit) return;
    if (this.#innerEmit === undefined) delete (server as Partial<Server>).emit;
    else server.emit = this.#innerEmit as Server['emit'];
    this.#ownEmit = undefined;
    this.#innerEmit = undefined;
  }

  /** @param args the event and its arguments: one list, as it came, for every event of the server passes here. */
  #emitInner(args: unknown[]): boolean {
    const emit = this.#innerEmit ?? (Object.getPrototypeOf(this.#server) as { emit: Emit }).emit;
    const result = Reflect.apply(emit, this.#server, args);
    if (args[0] === 'close') for (const mount of [...this.#routed]) mount.serverClosed();
    return result;
  }

  #clientError(error: Error, socket: Duplex): boolean {
    if (isTaken(socket)) {
      socket.destroy(error);
      return true;
    }
    return [...this.#front, ...this.#routed].some((mount) => mount.clientError(error, socket));
  }

  // ---- requests ----

  #request(req: IncomingMessage, res: ServerResponse): boolean {
    if (this.#awaited === req) {
      this.#awaited = undefined;
      return turnIntoUpgrade(req, res);
    }
    const target = req.url ?? '/';
    const front = this.#front.size === 0 ? undefined : this.frontFor(pathOf(target), queryOf(target), req);
    if (front !== undefined) {
      const prepended = this.#prepended;
      if (prepended === undefined) front.request(req, res, () => this.#requestInner(req, res));
      else {
        this.#call(req, res, (listener) => prepended.has(listener));
        front.request(req, res, () => {
          if (!this.#call(req, res, (listener) => !prepended.has(listener))) answerNotFound(res);
        });
      }
      return true;
    }
    if (this.#routed.size > 0) this.#prepare(req, res, target);
    if (this.#front.size === 0) return false;
    this.#requestInner(req, res);
    return true;
  }

  /** The framework may keep a handshake for a while, in a guard, and has parsers for the bodies of its own requests. */
  #prepare(req: IncomingMessage, res: ServerResponse, target: string): void {
    if (req.method !== 'POST') {
      if (namesSession(target)) return;
      const ownership = this.#ownership(pathOf(target));
      if (ownership !== 'other') noteArrival(req);
      if (ownership === 'candidate') this.#watchAnswer(res, target);
      return;
    }
    const [path, query] = [pathOf(target), queryOf(target)];
    for (const mount of this.#routed) if (mount.takesBody(path, query)) return hideBody(req);
  }

  /** A mount that no request has reached is told of a client that asks for it and gets 404. */
  #watchAnswer(res: ServerResponse, target: string): void {
    const path = pathOf(target);
    const waiting = [...this.#routed].filter(({ paths }) => !paths.isKnown && paths.ownership(path) === 'candidate');
    if (waiting.length === 0 || !CLIENT_QUERY.test(queryOf(target))) return;
    res.once('finish', () => {
      if (res.statusCode === NOT_FOUND) for (const mount of waiting) mount.unreached(path);
    });
  }

  #requestInner(req: IncomingMessage, res: ServerResponse): void {
    if (!this.#emitInner(['request', req, res])) answerNotFound(res);
  }

  // ---- upgrades ----

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const target = req.url ?? '/';
    const path = pathOf(target);
    const front = this.#front.size === 0 ? undefined : this.frontFor(path, queryOf(target), req);
    const ownership = front === undefined ? this.#ownership(path) : 'ours';
    // Clients that would rather speak HTTP/2 send their first request so. It gets an answer like any other.
    if (
      ownership !== 'other' &&
      !WEBSOCKET.test(rawHeader(req, 'upgrade') ?? '') &&
      // The header may be repeated, which only `req.headers` shows.
      !WEBSOCKET.test(req.headers.upgrade ?? '') &&
      (ownership === 'ours' || offersHttp(req))
    ) {
      readAgain(this.#server, req, socket, head);
      return true;
    }
    if (front !== undefined) {
      front.upgrade(req, socket, head, () => this.#passOn(req, socket, head));
      return true;
    }
    // One of the listeners is ours.
    const hasNeighbours = this.#server.listenerCount('upgrade') > 1 && this.#hasNeighbours();
    if (ownership === 'other') {
      if (hasNeighbours) return false;
      this.#passOn(req, socket, head);
      return true;
    }
    // Through the framework, as a request.
    let timeout = 0;
    for (const mount of this.#routed) timeout = Math.max(timeout, mount.handshakeTimeout);
    const passOn = hasNeighbours ? (status: number) => this.#offer(req, socket, head, status, timeout) : undefined;
    const trial = hasNeighbours && ownership === 'candidate';
    const upgrade = new UpgradeRequest({ req, socket, head, timeout, passOn, trial });
    if (ownership === 'candidate') this.#watchAnswer(upgrade.res, target);
    if (!upgrade.isDecided && !this.#emitInner(['request', req, upgrade.res])) answerNotFound(upgrade.res);
    return true;
  }

  #ownership(path: string): PathOwnership {
    let best: PathOwnership = 'other';
    for (const mount of this.#routed) {
      const ownership = mount.paths.ownership(path);
      if (ownership === 'ours') return ownership;
      if (ownership === 'candidate') best = ownership;
    }
    return best;
  }

  #hasNeighbours(): boolean {
    return this.#server.listeners('upgrade').some((listener) => listener !== placeholder);
  }

  /**
   * Gives the socket to the other listeners. If none of them does anything with it in time, the client gets the answer of the
   * framework.
   * @param status of the framework's answer; 0 when there is none
   * @param timeout time (ms) that the listeners have
   */
  #offer(req: IncomingMessage, socket: Duplex, head: Buffer, status: number, timeout: number): void {
    const written = (socket as Socket).bytesWritten;
    this.#passOn(req, socket, head);
    if (socket.destroyed || (socket as Socket).bytesWritten > written) return;
    // A client's reset would end the process where a listener leaves the socket as it is.
    if (socket.listenerCount('error') === 0) socket.on('error', destroyIt);
    const timer = setTimeout(() => {
      const isRead = socket.readableFlowing !== null || socket.listenerCount('readable') > 0;
      if (isRead || socket.destroyed || (socket as Socket).bytesWritten > written) return;
      refuse(socket, textReply(status === 0 || status === SWITCHING ? NOT_FOUND : status));
    }, timeout).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  #passOn(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return;
    if (this.#hasNeighbours()) this.#emitInner(['upgrade', req, socket, head]);
    else readAgain(this.#server, req, socket, head);
  }
}

function placeholder(): void {}

/** Nothing on the server takes requests. */
function answerNotFound(res: ServerResponse): void {
  res.statusCode = NOT_FOUND;
  res.end();
}

// ---- upgrades that no listener wants ----

/**
 * Gives a connection back to Node as if nothing had listened for upgrades: the request is read again, this time as a plain one
 * with its body, on a connection that stays alive. Java's HTTP client and `curl --http2` ask for `h2c` on ordinary requests,
 * and would wait for ever, once a listener of ours exists.
 */
function readAgain(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void {
  // Node would mix the answers.
  if (hasUnfinishedResponse(socket)) {
    socket.destroy();
    return;
  }
  socket.unshift(Buffer.concat([Buffer.from(plainHead(req), 'latin1'), head]));
  acceptAgain(server, socket);
}

/** The request's head as it came, except that it no longer asks for the connection to change. */
function plainHead(req: IncomingMessage): string {
  let head = `${req.method} ${req.url} HTTP/${req.httpVersion}\r\n`;
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]!;
    const value = name.toLowerCase() === 'connection' ? withoutUpgrade(req.rawHeaders[i + 1]!) : req.rawHeaders[i + 1]!;
    head += `${name}: ${value}\r\n`;
  }
  return `${head}\r\n`;
}

/** Another version of HTTP, or TLS: the request itself is an ordinary one. */
function offersHttp({ headers }: IncomingMessage): boolean {
  return /^\s*(?:h2c?|http\/|tls\/)/i.test(headers.upgrade ?? '');
}

function withoutUpgrade(connection: string): string {
  const tokens = connection.split(',').filter((token) => token.trim().toLowerCase() !== 'upgrade');
  return tokens.join(',').trim();
}

// ---- mounts that look for their server ----

/**
 * A mount that was told of no server finds its own before the first WebSocket does: Node says on which server each connection
 * arrives. Connections that a process gets otherwise (a balancing parent's `emit('connection')`) show only as requests; then the
 * upgrade is caught just before Node emits it as a plain request.
 */
const SOCKETS = 'net.server.socket';
const REQUESTS = 'http.server.request.start';

const seekers = new Set<ServerSeeker>();
/** HTTP servers that all of them have joined. */
let joined = new WeakSet<object>();

/** Joins the mount to every HTTP server that gets a connection. */
export function watchServers(mount: ServerSeeker): void {
  if (seekers.size === 0) {
    subscribe(SOCKETS, onSocket);
    subscribe(REQUESTS, onRequest);
  }
  seekers.add(mount);
  joined = new WeakSet();
}

/** A mount has left the server, which it joins again when that gets a connection. */
export function forgetServer(server: Server): void {
  joined.delete(server);
}

/** The mount has found its server. */
export function unwatchServers(mount: ServerSeeker): void {
  if (!seekers.delete(mount) || seekers.size > 0) return;
  unsubscribe(SOCKETS, onSocket);
  unsubscribe(REQUESTS, onRequest);
}

function onSocket(message: unknown): void {
  const server = serverOf((message as { socket: Socket }).socket);
  if (server === undefined || joined.has(server)) return;
  if (!(server instanceof HttpServer) && !(server instanceof HttpsServer)) return;
  for (const mount of seekers) mount.join(server);
  joined.add(server);
}

function onRequest(message: unknown): void {
  const { request, server } = message as { request: IncomingMessage; server: Server };
  // With a listener Node has decided already.
  if (server.listenerCount('upgrade') > 0 || !isUpgrade(request)) return;
  const path = pathOf(request.url ?? '/');
  for (const mount of seekers) {
    if (!path.includes(mount.endpoint.path)) continue;
    mount.join(server);
    Dispatcher.of(server).awaitUpgrade(request);
  }
}

/** An upgrade without a body: behind a body, or a wait for permission to send one, Node's parser would not stop. */
function isUpgrade(req: IncomingMessage): boolean {
  const { method, headers } = req;
  return (
    method === 'GET' &&
    WEBSOCKET.test(headers.upgrade ?? '') &&
    /\bupgrade\b/i.test(headers.connection ?? '') &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    Number(headers['content-length'] ?? 0) === 0
  );
}
