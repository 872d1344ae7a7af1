import { EventEmitter } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { refusalChannel } from '../internal/events/channels.js';
import { callListeners } from '../internal/events/lazy-emitter.js';
import { Flusher } from '../internal/flusher.js';
import { Passages } from '../internal/http/passages.js';
import { withQuery } from '../internal/http/request.js';
import type { SessionLoss, SessionRouter } from '../internal/http/session-router.js';
import { serverOf } from '../internal/node-internals.js';
import { randomId } from '../internal/random-id.js';
import { type DeadlineQueue, Deadlines } from '../internal/time/deadlines.js';
import { genuineTimeout } from '../internal/time/genuine.js';
import { LoopLag } from '../internal/time/loop-lag.js';
import type { Exchange } from '../transport/exchange.js';
import { removeInvalidHeaders } from '../transport/headers.js';
import { UPGRADE_TRANSPORTS } from '../transport/kinds.js';
import type { Transport } from '../transport/transport.js';
import { type ConnectionTable, connectionTable } from './connection-table.js';
import type { ConnectionTaker, EngineContext, FailurePhase, FlowCounters } from './engine-context.js';
import type { EngineOptions } from './engine-options.js';
import { Traffic } from './traffic.js';
import { ConnectionsPerAddress, UnjoinedConnections } from './unjoined-connections.js';
import type { VirtualSocket } from './virtual-socket.js';

/** What `connection_error` listeners get. */
export interface ConnectionError {
  readonly req: IncomingMessage;
  readonly code: number;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Time (ms) that a closed polling connection waits for a poll to tell the client; no longer than clients may be silent. */
const LINGER = 30_000;
const UPGRADE_TICK = 100;
/** Time (ms) in which clients are to answer that the server goes away. */
const FAREWELL = 1000;

/**
 * The connections of one server and what they share: registry, timers, flushing.
 *
 * Events: `connection(conn)`, `connection_error(error)`, `initial_headers(headers, req)`, `headers(headers, req)`,
 * `flush(conn, frames)`, `drain(conn)`.
 */
export class Engine extends EventEmitter implements EngineContext {
  /** The options, with every default filled in. */
  readonly opts: EngineOptions;
  /** When the engine was made (ms since the epoch). */
  readonly startedAt = Date.now();
  /** @internal By session id. A `Map`: ids come from the wire. */
  readonly connections = new Map<string, VirtualSocket>();
  /** @internal */
  readonly flusher = new Flusher((error, item) => this.itemFailed(error, item));
  /** @internal */
  readonly deadlines = new Deadlines((error, deadline) => this.itemFailed(error, deadline));
  /** @internal */
  readonly pingInterval: DeadlineQueue;
  /** @internal */
  readonly pingTimeout: DeadlineQueue;
  /** @internal The time between two checks of a client that owes an answer to a heartbeat. */
  readonly livenessCheck: DeadlineQueue;
  /** @internal The number of checks without traffic that make a ping timeout. */
  readonly livenessChecks: number;
  /** @internal */
  readonly linger: DeadlineQueue;
  /** @internal */
  readonly upgradeTimeout: DeadlineQueue;
  /** @internal */
  readonly upgradeTick: DeadlineQueue;
  /** @internal */
  readonly farewell: DeadlineQueue;
  /** @internal */
  readonly attachmentTimeout: DeadlineQueue;
  /** @internal */
  readonly bodyTimeout: DeadlineQueue;
  /** @internal */
  readonly loopLag = new LoopLag();
  /** The queue of the deadlines that are expiring right now. */
  expiring: DeadlineQueue | undefined = undefined;
  /** Counts of messages for clients that read too slowly. */
  readonly flow: FlowCounters = { dropped: 0, replaced: 0, skipped: 0, slowConsumers: 0 };
  /** Bytes that transports have carried which are no longer in use. */
  readonly traffic = new Traffic();
  /** Counts the connections of each address; undefined without a limit per address. */
  readonly addresses: ConnectionsPerAddress | undefined;
  /** Whether the engine is closed: it takes no new connections. */
  closed = false;
  /** Seconds after which refused clients are asked to try again (`Retry-After`); undefined while clients are accepted. */
  retryAfter: number | undefined = undefined;
  /** The same for connections through an HTTP server that is closing, while other HTTP servers go on. */
  readonly leaving = new Map<object, number>();
  /** Whether `flush` has been listened for, on the engine or on a connection. */
  watchesFlush = false;
  /** Whether `drain` has been listened for on the engine. */
  watchesDrain = false;
  /** @internal */
  readonly unjoinedConnections: UnjoinedConnections;
  #table: ConnectionTable | undefined = undefined;
  /** Connections that listeners know and that are not open yet. */
  readonly #announced = new WeakSet<object>();
  /** Connections that have ended and wait for a last request of their clients. */
  #lingering = 0;
  /** @internal Hears of connections that are about to let go of their request. */
  requestReleased: ((conn: VirtualSocket) => void) | undefined = undefined;
  /** @internal Whether the login session of a request has ended since the request came. */
  sessionEnded: ((exchange: Exchange) => boolean) | undefined = undefined;
  /** @internal Its adapter may find the servers of sessions that are not here. */
  cluster: { readonly adapter: { readonly sessionRouter?: SessionRouter | undefined } } | undefined = undefined;
  /** @internal The HTTP server that the last request came through, where other servers may pass requests on. */
  requestServer: Server | undefined = undefined;
  /** @internal Gives each connection that opens its client. */
  taker: ConnectionTaker | undefined = undefined;
  /** @internal Requests and WebSockets of other servers' sessions. */
  readonly passages = new Passages();
  /** @internal Called when the engine closes. */
  readonly closing: (() => void)[] = [];
  /** @internal Takes failures of listeners here and on connections, and of functions that are asked about a handshake. */
  failed = (error: unknown, phase: FailurePhase, what: string): void => {
    console.error(`[sio] ${phase} ${what}:`, error);
  };

  constructor(options: EngineOptions) {
    super();
    this.opts = options;
    const { maxConnectionsPerAddress: max } = options;
    this.unjoinedConnections = new UnjoinedConnections(options);
    this.addresses = max === Number.POSITIVE_INFINITY ? undefined : new ConnectionsPerAddress(max);
    this.on('newListener', (event) => {
      if (event === 'flush') this.watchesFlush = true;
      if (event === 'drain') this.watchesDrain = true;
    });
    this.pingInterval = this.deadlines.of(options.pingInterval);
    const patience = options.pingTimeout + options.pingGrace;
    this.pingTimeout = this.deadlines.of(patience);
    this.livenessChecks = Math.max(1, Math.ceil(patience / options.pingInterval));
    this.livenessCheck = this.deadlines.of(Math.ceil(patience / this.livenessChecks));
    this.linger = this.deadlines.of(Math.min(LINGER, options.pingInterval + options.pingTimeout));
    this.upgradeTimeout = this.deadlines.of(options.upgradeTimeout);
    this.upgradeTick = this.deadlines.of(UPGRADE_TICK);
    this.farewell = this.deadlines.of(FAREWELL);
    this.attachmentTimeout = this.deadlines.of(options.attachmentTimeout);
    this.bodyTimeout = this.deadlines.of(options.httpRequestBodyTimeout);
  }

  /** Unlike Node's, this lets no listener that fails harm a connection, or the process. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error') return super.emit(event, ...args);
    return callListeners(this, event, args, (error) => this.failed(error, 'listener', String(event)));
  }

  /** The connections by session id: a read-only `Map`, which code for engine.io can read like an object as well. */
  get clients(): ConnectionTable {
    this.#table ??= connectionTable(this.connections);
    return this.#table;
  }

  /** Connections that are open or opening. */
  get clientsCount(): number {
    return this.connections.size - this.#lingering;
  }

  /** Connections that have not joined a namespace. */
  get unjoined(): number {
    const { size, quiet } = this.unjoinedConnections;
    return size - quiet - this.#lingering;
  }

  /** Makes a session id: 20 URL-safe characters, unguessable. May be replaced, also by an asynchronous function. */
  generateId(_req: IncomingMessage): string | PromiseLike<string> {
    // Applications that wrap it call it without its object.
    const router = (this as Engine | undefined)?.cluster?.adapter.sessionRouter;
    return router === undefined ? randomId() : router.nameSession(randomId());
  }

  /** @internal Why no connection has a session id; undefined where sessions belong to no cluster. */
  lossOf(sid: string): SessionLoss | undefined {
    const place = this.cluster?.adapter.sessionRouter?.locate(sid);
    return typeof place === 'object' ? 'expired' : place;
  }

  /**
   * Serves a connection that did not come by TCP: another server of a cluster has opened it, to pass requests on.
   * @returns false when no HTTP server is known.
   */
  acceptConnection(socket: Duplex): boolean {
    // HTTPS servers of Node serve what comes out of TLS.
    return (
      this.requestServer?.emit(this.requestServer instanceof TlsServer ? 'secureConnection' : 'connection', socket) ??
      false
    );
  }

  /** Transports that a connection on `transport` may change to. */
  upgrades(transport: string): string[] {
    if (!this.opts.allowUpgrades || transport !== 'polling') return [];
    return this.opts.transports.filter((name) => UPGRADE_TRANSPORTS.has(name));
  }

  /** @internal @param request that made the connection; null where it came past HTTP. */
  register(conn: VirtualSocket, request: IncomingMessage | null): void {
    this.connections.set(conn.id, conn);
    this.unjoinedConnections.add(conn, request);
    if (this.connections.size === 1) this.loopLag.start();
    this.addresses?.enter(conn.remoteAddress);
  }

  /** A connection has ended, whether or not its client knows. */
  ended(conn: VirtualSocket): void {
    if (this.connections.get(conn.id) !== conn) return;
    this.addresses?.leave(conn.remoteAddress);
    this.traffic.keep(conn.protocolVersion, conn.transport);
    this.unjoinedConnections.delete(conn);
  }

  /** @internal Work that is done for many connections in one go has failed for one of them. */
  itemFailed(error: unknown, item: object): void {
    this.failed(error, 'connection', item.constructor.name);
    if ('crashed' in item) (item as VirtualSocket).crashed(error);
  }

  /** The client of a closed connection has not learned of it yet. */
  keepLingering(conn: VirtualSocket): void {
    if (this.connections.get(conn.id) !== conn) return;
    this.#lingering++;
    this.unjoinedConnections.add(conn, conn.request);
  }

  /** @internal */
  forget(conn: VirtualSocket, lingered: boolean): void {
    if (this.connections.get(conn.id) !== conn) return;
    this.connections.delete(conn.id);
    if (lingered) {
      this.#lingering--;
      this.unjoinedConnections.delete(conn);
    }
    if (this.connections.size === 0) this.loopLag.stop();
  }

  /** The value of `leaving` for a request, where there is any. */
  retryAfterFor(req: IncomingMessage): number | undefined {
    const server = serverOf(req.socket);
    return server === undefined ? undefined : this.leaving.get(server);
  }

  /** @internal Whether the server, or the HTTP server that a request came through, is about to end. */
  isLeaving(server: object | undefined): boolean {
    return this.closed || this.retryAfter !== undefined || (server !== undefined && this.leaving.has(server));
  }

  /** Tells listeners that a request was refused. */
  refused(error: ConnectionError): void {
    if (refusalChannel.hasSubscribers) refusalChannel.publish({ type: 'handshake', ...error });
    if (this.listenerCount('connection_error') > 0) this.emit('connection_error', error);
  }

  /** Lets listeners change the headers of an answer. Headers that no answer can carry are taken out again, and reported. */
  announceHeaders(headers: OutgoingHttpHeaders, req: IncomingMessage, initial: boolean): void {
    const initials = initial ? this.listenerCount('initial_headers') : 0;
    const others = this.listenerCount('headers');
    if (initials + others === 0) return;
    withQuery(req);
    if (initials > 0) this.emit('initial_headers', headers, req);
    if (others > 0) this.emit('headers', headers, req);
    removeInvalidHeaders(headers, (error) => this.failed(error, 'listener', 'headers'));
  }

  /**
   * Tells listeners of a connection whose client does not yet know its id. Balancers between processes learn the id here: told later, they
   * would send the client's next request elsewhere.
   * @internal
   */
  announceEarly(conn: VirtualSocket, { headersSent }: { readonly headersSent: boolean }): void {
    // Refused meanwhile, as the application has taken its time.
    if (headersSent || this.listenerCount('connection') === 0) return;
    this.#announced.add(conn);
    this.emit('connection', conn);
  }

  /** @internal Tells listeners of a connection that has opened, unless they know it. */
  announce(conn: object): void {
    if (!this.#announced.delete(conn)) this.emit('connection', conn);
  }

  /** Ends every connection at once. Clients that are between two polls find no session any more. */
  close(): this {
    this.shutDown();
    for (const conn of [...this.connections.values()]) conn.stopLingering();
    return this;
  }

  /** @internal The same, but clients that are between two polls hear of it with the next. */
  shutDown(): void {
    this.closed = true;
    for (const end of this.closing.splice(0)) end();
    this.passages.endAll(undefined);
    this.end([...this.connections.values()], (conn) => {
      conn.transport.goingAway = true;
      // Messages of this turn of the event loop reach the clients that listen; the others are not waited for.
      if (conn.readyState === 'open') conn.flush();
      conn.close(true);
    });
  }

  /** @internal Ends connections, and cuts off those whose clients do not answer soon. */
  end(left: readonly VirtualSocket[], close: (conn: VirtualSocket) => void): void {
    for (const conn of left) {
      try {
        close(conn);
      } catch (error) {
        this.itemFailed(error, conn);
      }
    }
    // Clients that never answer would keep the HTTP server, and the process, for as long as they like.
    const transports = left.map(({ transport }) => transport);
    if (transports.length > 0) genuineTimeout(abortAll, FAREWELL, transports).unref();
  }
}

function abortAll(transports: readonly Transport[]): void {
  for (const transport of transports) {
    try {
      transport.abort();
    } catch {
      // It was reported when its connection ended.
    }
  }
}
