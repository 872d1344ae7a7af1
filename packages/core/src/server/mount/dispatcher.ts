import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { noteArrival } from '../../internal/session-epoch.js';
import { hideBody } from './hidden-body.js';
import type { PathOwnership } from './path-ownership.js';
import { isTaken } from './raw-response.js';
import { reinject } from './reinject.js';
import { destroyIt, refuse, textReply } from './reply.js';
import { pathOf, queryOf } from './target.js';
import { UpgradeRequest } from './upgrade-request.js';

/** A mount, however requests get to it. */
interface Mounted {
  /** Takes what Node's parser could not read, if it is ours. */
  clientError(error: Error, socket: Duplex): boolean;
}

/** A mount that a framework's own routing leads to. */
export interface Routed extends Mounted {
  /** Time (ms) that the framework has to answer an upgrade. */
  readonly handshakeTimeout: number;
  standing(path: string): PathOwnership;
  /** Whether the body of a POST is for the mount alone. */
  takesBody(target: string): boolean;
  /** Somebody closes the server, which is put off as long as the promise is pending. */
  serverClosing(): Promise<void> | undefined;
  /** The server has closed. */
  serverClosed(): void;
}

/** A mount that stands in front of everything else on a server. */
export interface Direct extends Mounted {
  claims(path: string, query: string): boolean;
  /** Its server has closed: another mount of the same path comes first. */
  readonly retired: boolean;
  /** `passOn` gives the untouched socket to whoever comes next. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, passOn: () => void): void;
  /** `passOn` gives the untouched request to whoever comes next. */
  request(req: IncomingMessage, res: ServerResponse, passOn: () => void): void;
}

/** What the framework has answered to an upgrade that the mount was not reached by. */
interface Answered {
  /** 0 when it has not answered in time. */
  readonly status: number;
  /** Time (ms) that the other listeners have. */
  readonly timeout: number;
}

const SWITCHING = 101;
const NOT_FOUND = 404;

type Close = Server['close'];
type Emit = (...args: unknown[]) => boolean;

const dispatchers = new WeakMap<Server, Dispatcher>();

/**
 * The one place per HTTP server where upgrades are sorted, before any listener: ours go to a mount, the rest to the others as
 * if we were not there. A listener beside theirs would not do, since several libraries refuse or cut what they do not know.
 */
export class Dispatcher {
  readonly #server: Server;
  readonly #directs = new Set<Direct>();
  readonly #routed = new Set<Routed>();
  #innerEmit: Emit | undefined;
  #ownEmit: Emit | undefined;
  #innerClose: Close | undefined;
  #ownClose: Close | undefined;
  #awaited: IncomingMessage | undefined;

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

  add(mount: Routed): void {
    this.#routed.add(mount);
    this.#install();
  }

  addDirect(mount: Direct): void {
    this.#directs.add(mount);
    this.#install();
  }

  remove(mount: Routed | Direct): void {
    this.#routed.delete(mount as Routed);
    this.#directs.delete(mount as Direct);
    if (this.#routed.size === 0 && this.#directs.size === 0) this.#uninstall();
  }

  /**
   * The request that Node is about to emit asks for an upgrade that nobody listened for when it was parsed. Makes Node take it
   * for one after all: its parser detaches itself as it returns, and `upgrade` follows.
   */
  await(req: IncomingMessage): void {
    this.#awaited = req;
  }

  #install(): void {
    // Node offers an upgrade only if someone listens; the sorting itself happens in `emit`.
    if (!this.#server.listeners('upgrade').includes(placeholder)) this.#server.on('upgrade', placeholder);
    if (this.#ownEmit !== undefined) return;
    const server = this.#server;
    // HTTP/2 makes no requests of its streams until somebody has listened for one.
    server.on('request', placeholder).off('request', placeholder);
    this.#innerEmit = Object.hasOwn(server, 'emit') ? (server.emit as Emit) : undefined;
    this.#ownEmit = (...args) => this.#intercept(args) || this.#emitInner(args);
    server.emit = this.#ownEmit as Server['emit'];
    this.#installClose(server);
  }

  /** There is no event that says that a server is about to close. */
  #installClose(server: Server): void {
    if (this.#ownClose !== undefined) return;
    this.#innerClose = Object.hasOwn(server, 'close') ? server.close : undefined;
    this.#ownClose = (done) => {
      const close = this.#innerClose ?? (Object.getPrototypeOf(server) as Server).close;
      const waits = [...this.#routed].flatMap((mount) => mount.serverClosing() ?? []);
      if (waits.length === 0) return close.call(server, done);
      void Promise.all(waits).then(() => close.call(server, done));
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
    // Somebody has wrapped ours since: it stays, and lets everything through.
    if (server.emit !== this.#ownEmit) return;
    if (this.#innerEmit === undefined) delete (server as Partial<Server>).emit;
    else server.emit = this.#innerEmit as Server['emit'];
    this.#ownEmit = undefined;
    this.#innerEmit = undefined;
  }

  /** @param args the event and what goes with it: one list, as it came, for every event of the server passes here. */
  #emitInner(args: unknown[]): boolean {
    const emit = this.#innerEmit ?? (Object.getPrototypeOf(this.#server) as { emit: Emit }).emit;
    const result = Reflect.apply(emit, this.#server, args);
    if (args[0] === 'close') for (const mount of [...this.#routed]) mount.serverClosed();
    return result;
  }

  #intercept(args: unknown[]): boolean {
    const event = args[0];
    if (event === 'upgrade') return this.#upgrade(args[1] as IncomingMessage, args[2] as Duplex, args[3] as Buffer);
    if (event === 'request') return this.#request(args[1] as IncomingMessage, args[2] as ServerResponse);
    return event === 'clientError' && this.#clientError(args[1] as Error, args[2] as Duplex);
  }

  #clientError(error: Error, socket: Duplex): boolean {
    if (isTaken(socket)) {
      socket.destroy(error);
      return true;
    }
    return [...this.#directs, ...this.#routed].some((mount) => mount.clientError(error, socket));
  }

  #request(req: IncomingMessage, res: ServerResponse): boolean {
    if (this.#awaited === req) return this.#convert(req, res);
    if (req.method === 'POST') this.#reserveBody(req);
    else this.#noteArrival(req);
    if (this.#directs.size === 0) return false;
    const passOn = () => this.#requestInner(req, res);
    const direct = this.directFor(req.url ?? '/');
    if (direct === undefined) passOn();
    else direct.request(req, res, passOn);
    return true;
  }

  /** The framework may keep a handshake for a while, in a guard of the application. */
  #noteArrival(req: IncomingMessage): void {
    if (this.#routed.size > 0 && this.#standing(pathOf(req.url ?? '/')) !== 'other') noteArrival(req);
  }

  #reserveBody(req: IncomingMessage): void {
    for (const mount of this.#routed) if (mount.takesBody(req.url ?? '/')) return hideBody(req);
  }

  #requestInner(req: IncomingMessage, res: ServerResponse): void {
    if (this.#emitInner(['request', req, res])) return;
    res.statusCode = 404;
    res.end();
  }

  #convert(req: IncomingMessage, res: ServerResponse): boolean {
    this.#awaited = undefined;
    // Behind a request that still waits for its answer there is no socket to be had.
    if (res.socket !== req.socket) return false;
    res.detachSocket(req.socket);
    (req as { upgrade?: boolean }).upgrade = true;
    return true;
  }

  /** The mount that gets the requests for a target past all frameworks. */
  directFor(target: string): Direct | undefined {
    if (this.#directs.size === 0) return undefined;
    const [path, query] = [pathOf(target), queryOf(target)];
    let retired: Direct | undefined;
    for (const direct of this.#directs) {
      if (!direct.claims(path, query)) continue;
      if (!direct.retired) return direct;
      retired ??= direct;
    }
    return retired;
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const passOn = () => this.#passOn(req, socket, head);
    const direct = this.directFor(req.url ?? '/');
    if (direct !== undefined) {
      direct.upgrade(req, socket, head, passOn);
      return true;
    }
    const standing = this.#standing(pathOf(req.url ?? '/'));
    noteArrival(req);
    if (standing !== 'other') this.#launch(req, socket, head, standing === 'candidate');
    else if (this.#hasNeighbours()) return false;
    else passOn();
    return true;
  }

  #standing(path: string): PathOwnership {
    let best: PathOwnership = 'other';
    for (const mount of this.#routed) {
      const standing = mount.standing(path);
      if (standing === 'ours') return standing;
      if (standing === 'candidate') best = standing;
    }
    return best;
  }

  /** Runs the upgrade through the framework as a request. */
  #launch(req: IncomingMessage, socket: Duplex, head: Buffer, trial: boolean): void {
    const timeout = Math.max(...[...this.#routed].map((mount) => mount.handshakeTimeout));
    const passOn = this.#hasNeighbours()
      ? (status: number) => this.#offer(req, socket, head, { status, timeout })
      : undefined;
    const flight = new UpgradeRequest({ req, socket, head, timeout, passOn, trial: trial && passOn !== undefined });
    if (flight.board()) this.#requestInner(req, flight.res);
  }

  #hasNeighbours(): boolean {
    return this.#server.listeners('upgrade').some((listener) => listener !== placeholder);
  }

  /**
   * Gives the socket to the other listeners. When none of them has done anything with it in time, the client gets the answer
   * of the framework.
   */
  #offer(req: IncomingMessage, socket: Duplex, head: Buffer, { status, timeout }: Answered): void {
    const written = (socket as Socket).bytesWritten;
    this.#passOn(req, socket, head);
    if (socket.destroyed || (socket as Socket).bytesWritten > written) return;
    // A client's reset would end the process where a listener leaves the socket as it is.
    if (socket.listenerCount('error') === 0) socket.on('error', destroyIt);
    const timer = setTimeout(() => {
      const isTaken = socket.readableFlowing !== null || socket.listenerCount('readable') > 0;
      if (isTaken || socket.destroyed || (socket as Socket).bytesWritten > written) return;
      refuse(socket, textReply(status === 0 || status === SWITCHING ? NOT_FOUND : status));
    }, timeout).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  #passOn(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (socket.destroyed) return;
    if (this.#hasNeighbours()) this.#emitInner(['upgrade', req, socket, head]);
    else reinject(this.#server, req, socket, head);
  }
}

function placeholder(): void {}
