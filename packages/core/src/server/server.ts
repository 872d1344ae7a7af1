import type { Server as HttpServer } from 'node:http';
import type { ListenOptions, Server as NetServer } from 'node:net';
import type { Adapter } from 'socket.io-adapter';
import { containRejection } from '../internal/events/lazy-emitter.js';
import { OptionError } from '../internal/option-error.js';
import { Pending } from '../internal/pending.js';
import { type DeadlineQueue, Deadlines } from '../internal/time/deadlines.js';
import { durationOf } from '../internal/time/long-timer.js';
import { Authenticator, SessionExpiry } from '../namespace/access/authenticator.js';
import { Guards } from '../namespace/access/guards.js';
import { RateLimits } from '../namespace/access/rate-limits.js';
import { shareSpending } from '../namespace/access/shared-spending.js';
import { Client, Clients } from '../namespace/client.js';
import type {
  Histories,
  HubLike,
  NamespaceLimits,
  RecoveryPolicy,
  ServerContext,
  SocketFactory,
} from '../namespace/contracts.js';
import type {
  DecorateBroadcastAcknowledgements,
  DefaultEventsMap,
  EventNames,
  EventNamesWithoutAck,
  EventParams,
  EventsMap,
  MessageParams,
} from '../namespace/events/events-map.js';
import { defaultLogger, type ErrorContext, type Logger, log, warnOfOldName } from '../namespace/events/reporter.js';
import { untyped } from '../namespace/events/typed-emitter.js';
import type { HistoryAdapter, HistoryQuery, RoomEvents } from '../namespace/history/contracts.js';
import { HistoryBudget } from '../namespace/history/history-budget.js';
import { historyPolicy } from '../namespace/history/history-rules.js';
import type { ClusteredAdapter, ClusterView, ReachableSockets } from '../namespace/hub/cluster-contracts.js';
import { containSockets } from '../namespace/hub/contained-adapter.js';
import type { AdapterEncoder } from '../namespace/hub/encoder.js';
import type { Broadcast, BroadcastOperator, PartialFetch, RemoteSocket } from '../namespace/hub/operator.js';
import type { AdapterFactory, Hub, ParentHub } from '../namespace/hub/typed-hub.js';
import { Socket } from '../namespace/socket/socket.js';
import { sleepContained, type Task, Tasks } from '../namespace/socket/tasks.js';
import { kClose } from '../namespace/symbols.js';
import { Engine } from '../virtual-socket/engine.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import { adapterEncoder, buildEndpoint, buildEngine } from './build.js';
import type { ProtocolEndpoint } from './endpoint/protocol-endpoint.js';
import type { EngineServer } from './engine-server.js';
import { adopt, type ForeignEngine } from './external-engine.js';
import { ForwardedListeners } from './forwarded-listeners.js';
import { closeServer, listeningServer } from './http-server.js';
import type { Endpoint } from './mount/contracts.js';
import { attachToServer, isPathTaken } from './mount/direct.js';
import { type NamespaceCheck, NamespaceRegistry } from './namespace-registry.js';
import { type ConnectionStats, takeConnectionStats } from './observability/connection-stats.js';
import { printDebug } from './observability/debug.js';
import { notifyListeners, reportFailure } from './observability/report-failure.js';
import { type ServerStats, takeServerStats } from './observability/server-stats.js';
import { allOptions, defaults, type ServerOptions, type Settings, settingsOf } from './options/options.js';
import { readPath } from './options/read.js';
import { defaultAdapter, recoveryPolicy } from './options/recovery-options.js';
import { readOptions } from './options/resolve.js';
import { type WarningCode, warningsTo, warnOfMisspelt, warnOfPointless } from './options/warnings.js';
import {
  catchUpWhenBack,
  endElsewhere,
  type LateEnd,
  LoginSessions,
  onEndedElsewhere,
  usualSessionId,
} from './sessions/login-sessions.js';
import type { DrainOptions, DrainReport } from './shutdown/drain.js';
import { Shutdown } from './shutdown/shutdown.js';

/** The targets that a server can be attached to: an HTTP server, a port or the path of a socket, or what Node's `listen` takes. */
type AttachTarget = HttpServer | NetServer | number | string | ListenOptions;

/**
 * A Socket.IO server, with its options, namespaces and connections.
 *
 * Events: those of the main namespace, `new_namespace(hub)`, and `handler_error(error, context)` for every failure of
 * application code. Without a listener the failure is logged.
 */
export class Server<
    ListenEvents extends EventsMap = DefaultEventsMap,
    EmitEvents extends EventsMap = ListenEvents,
    ServerSideEvents extends EventsMap = DefaultEventsMap,
    // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
    SocketData = any,
  >
  extends ForwardedListeners<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
  implements ServerContext
{
  /** The main namespace, `/`. */
  readonly sockets: Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  /** The engine, which has the connections; undefined until the server is attached or mounted. */
  engine!: EngineServer;
  /** The HTTP server that this server is attached to, if any. */
  httpServer: HttpServer | undefined = undefined;
  /** The options as they were given, without defaults. */
  readonly opts: ServerOptions;
  /** The logger for messages to the operator. */
  readonly logger: Logger;

  // Namespaces look at these for each connect and packet, so they are plain fields. See `ServerContext`.
  /** @internal */
  encoder!: AdapterEncoder;
  /** @internal */
  readonly deadlines = new Deadlines((error) => this.report(error, { phase: 'connection' }));
  /** @internal */
  connectDeadline!: DeadlineQueue;
  /** @internal */
  limits!: NamespaceLimits;
  /** @internal */
  serial = false;
  /** @internal */
  guards: Guards | undefined = undefined;
  /** @internal */
  recovery: RecoveryPolicy | undefined = undefined;
  /** @internal */
  histories: Histories | undefined = undefined;
  /** @internal */
  authenticator: Authenticator | undefined = undefined;
  /** @internal */
  readonly expiry = new SessionExpiry();
  /** @internal */
  rates!: RateLimits;
  /** The running tasks of this server and its sockets. */
  readonly tasks = new Tasks();
  /** @internal Hooks of disconnected sockets that still run. */
  readonly disconnecting = new Pending();
  /** @internal */
  readonly plainSockets: SocketFactory = { create: () => new Socket() };

  #settings!: Settings;
  #path = '';
  #serveClient = true;
  #adapter!: AdapterFactory;
  #abort = new AbortController();
  readonly #registry: NamespaceRegistry;
  /** The main namespace without the types of its events. */
  readonly #main: Hub;
  #sessions!: LoginSessions;
  #shutdown!: Shutdown;
  /** By the path that it serves. */
  readonly #endpoints = new Map<string, ProtocolEndpoint>();
  /** The engine that keeps the connections: that of `engine`, or ours for one of another make. */
  #connections: Engine | undefined = undefined;
  #stats: ServerStats | undefined = undefined;
  #statsTaken = 0;
  /** Takes the server off the HTTP servers that it is attached to. */
  readonly #detach: (() => void)[] = [];

  /** @throws OptionError for invalid options. */
  constructor(options?: ServerOptions);
  /**
   * @param target an HTTP server to attach to, or a port to listen on.
   * @throws OptionError for invalid options.
   */
  constructor(target: HttpServer | NetServer | number | string | undefined | null, options?: ServerOptions);
  constructor(target?: HttpServer | NetServer | number | string | null | ServerOptions, options?: ServerOptions) {
    super();
    printDebug(process.env.DEBUG);
    const given = isOptions(target) ? target : (options ?? {});
    this.logger = given.logger ?? defaultLogger;
    this.opts = readOptions(given, warningsTo(given.logger));
    this.#apply();
    this.#warnOf(this.opts);
    this.#registry = new NamespaceRegistry(
      this,
      (hub) => this.#notify('new_namespace', [hub]),
      () => ({ cleanUp: this.#settings.cleanupEmptyChildNamespaces, most: this.#settings.maxEmptyNamespaces }),
    );
    this.#main = this.#named('/', undefined);
    this.sockets = this.#main as Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
    onEndedElsewhere(
      this.#main,
      (id) => this.#endHere(id),
      (ended) => this.#sessions.endLate(this.#connections, ended),
      () => this.#sessions.lately,
    );
    shareSpending(this.#main, this.rates);
    // As for socket.io, a falsy value is no target, unless it is a port.
    if ((target || typeof target === 'number') && !isOptions(target)) this.attach(target);
  }

  // ---- options ----

  /** Takes over what the options come to. @throws OptionError for invalid options. */
  #apply(): void {
    const settings = settingsOf(this.opts);
    this.#settings = settings;
    this.#path = withoutSlash(settings.path);
    this.#serveClient = settings.serveClient !== false;
    this.encoder = adapterEncoder(settings);
    this.recovery = recoveryPolicy(settings);
    if (this.recovery !== undefined) this.opts.connectionStateRecovery = { ...this.recovery };
    const history = historyPolicy(settings.history);
    this.histories = history && { policy: history, budget: new HistoryBudget(settings.maxHistoryBytes) };
    this.limits = settings;
    this.serial = settings.serial;
    this.authenticator = settings.auth === undefined ? undefined : new Authenticator(settings.auth);
    this.rates = new RateLimits(settings.rateLimits);
    const { guards = [] } = settings;
    const none = Array.isArray(guards) && guards.length === 0;
    this.guards = none ? undefined : new Guards(guards, settings.maxPendingEvents);
    this.connectDeadline = this.deadlines.of(settings.connectTimeout || defaults.connectTimeout);
    this.#adapter = settings.adapter ?? defaultAdapter(this.recovery, settings);
    this.#shutdown = new Shutdown(() => this.#connections, this.disconnecting, settings.drain);
    this.#sessions = new LoginSessions(settings.sessionId ?? usualSessionId, (error) =>
      this.report(error, { phase: 'session' }),
    );
  }

  /** Options that come late; those given to the constructor win. */
  #addOptions(options: ServerOptions): void {
    const given = Object.keys(options).filter((name) => Reflect.get(options, name) !== undefined);
    if (given.length === 0) return;
    const before = { ...this.opts };
    Object.assign(this.opts, readOptions({ ...options, ...before }, warningsTo(options.logger ?? this.opts.logger)));
    this.#apply();
    this.#warnOf(options);
    if (given.some((name) => MAKES_ADAPTERS.has(name) && !(name in before))) this.#renewAdapters();
    shareSpending(this.#main, this.rates);
  }

  /** @internal Tells the developer of a mistake that is not refused. */
  _warn(code: WarningCode, message: string): void {
    warningsTo(this.opts.logger)(code, message);
  }

  #warnOf(options: ServerOptions): void {
    const warn = warningsTo(this.opts.logger);
    warnOfPointless(options, warn);
    warnOfMisspelt(options, allOptions, warn);
  }

  /** Whether a connection lets go of its request as soon as it has joined a namespace. */
  get releaseRequest(): boolean {
    return this.#settings.releaseRequest;
  }

  /** The path below the mount, without a slash at its end. The setter applies to HTTP servers that are attached later. */
  path(): string;
  path(path: string): this;
  path(path?: string): string | this {
    if (path === undefined) return this.#path;
    this.#path = withoutSlash(readPath(path));
    return this;
  }

  /** Whether the browser client's files are served. The setter applies to HTTP servers that are attached later. */
  serveClient(): boolean;
  serveClient(serve: boolean): this;
  serveClient(serve?: boolean): boolean | this {
    if (serve === undefined) return this.#serveClient;
    this.#serveClient = serve;
    return this;
  }

  /** The option `connectTimeout` (ms). The setter applies to connections that are made later. */
  connectTimeout(): number;
  connectTimeout(milliseconds: number): this;
  connectTimeout(milliseconds?: number): number | this {
    if (milliseconds === undefined) return this.connectDeadline.duration;
    this.connectDeadline = this.deadlines.of(durationOf(milliseconds));
    return this;
  }

  // ---- what code for socket.io reads, past the types ----

  /** @internal */
  get eio(): EngineServer {
    return this.engine;
  }

  /** @internal */
  get _opts(): Partial<ServerOptions> {
    return this.opts;
  }

  /** @internal The parents of namespaces. A copy. */
  get parentNsps(): ReadonlyMap<unknown, ParentHub> {
    return new Map(this.#registry.parents.map((parent) => [parent.matches, parent]));
  }

  /** @internal Of socket.io 2. A copy. */
  get nsps(): Record<string, Hub> {
    warnOfOldName(this.logger, 'nsps', '_nsps, a Map');
    return Object.fromEntries(this._nsps);
  }

  // ---- HTTP servers and engines ----

  /**
   * Serves a plain HTTP server, or listens: on a port, on the path of a socket, or on what Node's `listen` takes. Options given to the
   * constructor take precedence. A server that was closed serves again.
   *
   * @throws OptionError for invalid options.
   */
  attach(target: AttachTarget, options: ServerOptions = {}): this {
    if (typeof target === 'function') {
      throw new Error(
        'You are trying to attach socket.io to an express request handler function. Please pass a http.Server instance.',
      );
    }
    this.#addOptions(options);
    if (this.#connections?.closed === true) this.#reopen();
    const server = isServer(target) ? (target as HttpServer) : listeningServer(target, this.#settings.staticFiles);
    this.httpServer = server;
    const endpoint = this._mount();
    this.engine.httpServer = server;
    if (isPathTaken(server, endpoint)) {
      const { path } = endpoint;
      log(this.logger, 'warn', `another server is attached to this HTTP server at ${path}, and gets its requests`);
    }
    this.#detach.push(attachToServer(server, endpoint, {}, this.engine));
    return this;
  }

  /** The same as {@link attach}. */
  listen(target: AttachTarget, options: ServerOptions = {}): this {
    return this.attach(target, options);
  }

  /** Not supported. @throws Error always: uWebSockets.js has sockets and requests of its own. */
  attachApp(_app: unknown, _options?: ServerOptions): never {
    throw new Error('attachApp: uWebSockets.js is not supported; attach to a Node HTTP server instead');
  }

  /** Serves the connections of an engine: sio's own, engine.io's, or one for another platform. */
  bind(engine: EngineServer | ForeignEngine): this {
    this.engine = engine as EngineServer;
    this.#connections = engine instanceof Engine ? engine : adopt(engine, this.#settings);
    this.#connections.taker = new Clients(this);
    this.#sessions.watch(this.#connections);
    this.#connections.cluster = this.#main as { readonly adapter: ClusteredAdapter };
    this.#connections.failed = (error, phase, event) => this.report(error, { phase, event });
    return this;
  }

  /** Accepts a connection of an engine, as `bind` does for each new one. */
  onconnection(conn: VirtualSocket): this {
    new Client(this, conn);
    return this;
  }

  /** @internal The endpoint that mounts lead requests to; made on first use. */
  _mount(): Endpoint {
    const path = this.#path;
    const known = this.#endpoints.get(path);
    if (known !== undefined) return known;
    const settings = { ...this.#settings, path, serveClient: this.#serveClient };
    if (this.#endpoints.size === 0) this.bind(buildEngine(settings));
    const endpoint = buildEndpoint(this.engine, settings, {
      close: () => this.#shutdown.closeInOrder(() => this.close()),
      serverClosing: (server, alone) => this.#shutdown.pause(server, alone),
      serverClosed: (server) => this.#shutdown.paused(server),
      warn: (code, message) => this._warn(code, message),
    });
    if (this.#endpoints.size === 0) this.engine.endpoint = endpoint;
    this.#endpoints.set(path, endpoint);
    return endpoint;
  }

  /** @internal The options with every default filled in. */
  get _settings(): Settings {
    return this.#settings;
  }

  // ---- namespaces ----

  /** The namespaces by name, where adapters and tools look for them. */
  get _nsps(): Map<string, Hub> {
    return this.#registry.hubs;
  }

  /** The class or function that makes the adapters of namespaces. The setter gives every existing namespace a new adapter. */
  adapter(): AdapterFactory;
  adapter(adapter: AdapterFactory): this;
  adapter(adapter?: AdapterFactory): AdapterFactory | this {
    if (adapter === undefined) return this.#adapter;
    this.#adapter = adapter;
    this.#renewAdapters();
    return this;
  }

  #renewAdapters(): void {
    for (const hub of this._nsps.values()) hub.adapter = this.makeAdapter(hub);
  }

  /** Returns the namespace of this name, or the parent of all namespaces that match a pattern or a function. Creates it if needed. */
  of(
    name: string,
    listener?: (socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>) => void,
  ): Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  of(
    name: RegExp | NamespaceCheck,
    listener?: (socket: Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>) => void,
  ): ParentHub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  of(name: string | RegExp | NamespaceCheck, listener?: (socket: never) => void): unknown {
    if (typeof name === 'string') return this.#named(name, listener);
    const parent = typeof name === 'function' ? this.#registry.checked(name) : this.#registry.expression(name);
    if (listener !== undefined) untyped(parent).on('connect', listener as () => void);
    return parent;
  }

  #named(name: string, listener: ((socket: never) => void) | undefined): Hub {
    const { hub, isChild } = this.#registry.named(name.startsWith('/') ? name : `/${name}`);
    if (listener !== undefined && !isChild) untyped(hub).on('connect', listener as () => void);
    return hub;
  }

  /** @internal The parent of namespaces by route pattern. */
  _family(match: (name: string) => Readonly<Record<string, string>> | undefined): ParentHub {
    return this.#registry.pattern(match);
  }

  /** @internal */
  resolveHub(name: string, auth: unknown, done: (hub: HubLike | undefined) => void): void {
    this.#registry.resolve(name, auth, done);
  }

  /** @internal */
  hubEmptied(hub: HubLike): void {
    this.#registry.emptied(hub);
  }

  /** @internal */
  makeAdapter(hub: HubLike): Adapter {
    const make = this.#adapter;
    // An arrow function cannot be called with `new`. Everything else is a class, or a function that takes it.
    const adapter =
      make.prototype === undefined
        ? (make as (hub: HubLike) => Adapter)(hub)
        : new (make as new (hub: HubLike) => Adapter)(hub);
    const failed = (error: unknown, socket?: object) =>
      this.report(error, { phase: 'adapter', namespace: hub.name, socket });
    if (this.histories !== undefined && (adapter as Partial<HistoryAdapter>).joinWithHistory === undefined) {
      throw new OptionError(
        'option history: the adapter keeps no histories; leave out the option adapter, or take that of @sio/cluster',
      );
    }
    containSockets(adapter, failed);
    // Adapters for socket.io 2 have no `init`.
    containRejection(adapter.init?.() as Promise<void> | void, failed);
    if (hub.name === '/') {
      const endLate = (ended: LateEnd[]) => this.#sessions.endLate(this.#connections, ended);
      catchUpWhenBack(adapter, endLate, () => this.#sessions.lately);
    }
    return adapter;
  }

  // ---- the main namespace ----

  /** Adds a middleware: `middleware(socket, next)` runs for each client that connects to `/`, and `next(error)` refuses the client. */
  use(middleware: Parameters<Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>['use']>[0]): this {
    this.sockets.use(middleware);
    return this;
  }

  /** Targets one room of `/` or several. */
  to(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.to(room);
  }

  /** The same as {@link to}. */
  in(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.in(room);
  }

  /** Targets the sockets of `/` that are in none of these rooms. */
  except(room: string | readonly string[]): Broadcast<EmitEvents, SocketData> {
    return this.sockets.except(room);
  }

  /** Targets the sockets of `/`. Sets whether the event is compressed, if the transport compresses messages. */
  compress(compress: boolean): Broadcast<EmitEvents, SocketData> {
    return this.sockets.compress(compress);
  }

  /** Targets the sockets of `/`. Limits the wait for acknowledgements (ms). */
  timeout(timeout: number): BroadcastOperator<DecorateBroadcastAcknowledgements<EmitEvents>, SocketData> {
    return this.sockets.timeout(timeout);
  }

  /** Targets the sockets of `/`. The event is dropped for clients that cannot take it now. */
  get volatile(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.volatile;
  }

  /**
   * Targets the sockets of `/`. Lets the next event be dropped for slow clients: when more than `maxBufferedBytes` wait for a client, the
   * oldest such events are dropped.
   */
  get droppable(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.droppable;
  }

  /** Targets the sockets of `/`. Gives the next event a key: while it waits for a client, a later event of the same key replaces it. */
  latest(key: string): Broadcast<EmitEvents, SocketData> {
    return this.sockets.latest(key);
  }

  /** Targets the sockets of `/` on this server. */
  get local(): Broadcast<EmitEvents, SocketData> {
    return this.sockets.local;
  }

  /** Sends an event to all sockets of `/`. @returns true @throws Error for a reserved event name */
  emit<Ev extends EventNamesWithoutAck<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean;
  emit(...data: unknown[]): boolean {
    return (this.sockets.emit as (...all: unknown[]) => boolean)(...data);
  }

  /** Sends a `message` event to all sockets of `/`. */
  send(...args: MessageParams<EmitEvents>): this {
    this.sockets.send(...args);
    return this;
  }

  /** The same as {@link send}. */
  write(...args: MessageParams<EmitEvents>): this {
    return this.send(...args);
  }

  /** Sends an event to the other servers of the cluster, not to this one. */
  serverSideEmit<Ev extends EventNames<ServerSideEvents>>(
    event: Ev,
    ...args: EventParams<DecorateBroadcastAcknowledgements<ServerSideEvents>, Ev>
  ): boolean {
    return this.sockets.serverSideEmit(event, ...args);
  }

  /** Sends an event to the other servers and waits for one answer from each. */
  get serverSideEmitWithAck() {
    return this.sockets.serverSideEmitWithAck.bind(this.sockets);
  }

  /** Resolves to all sockets of `/` on all servers. Sockets of other servers can be sent events, but have no listeners. */
  fetchSockets(): Promise<RemoteSocket<EmitEvents, SocketData>[]>;
  /** Resolves to the sockets of `/` on the servers that answer, and the names of the servers that do not. */
  fetchSockets(options: PartialFetch): Promise<ReachableSockets<RemoteSocket<EmitEvents, SocketData>>>;
  fetchSockets(options?: PartialFetch): Promise<unknown> {
    return this.sockets.fetchSockets(options as PartialFetch);
  }

  /** The other servers, if the adapter knows them, as that of `@sio/cluster` does. */
  get cluster(): ClusterView | undefined {
    return (this.#main.adapter as ClusteredAdapter).cluster;
  }

  /** Reads the history of a room of `/`, see the option `history`: its last events, or those behind an offset. */
  history(room: string, query: HistoryQuery = {}): Promise<RoomEvents> {
    return this.sockets.history(room, query);
  }

  /** @deprecated Use {@link fetchSockets}. */
  allSockets(): Promise<Set<string>> {
    return this.sockets.allSockets();
  }

  /** Makes all sockets of `/` join one room or several. */
  socketsJoin(room: string | readonly string[]): void {
    this.sockets.socketsJoin(room);
  }

  /** Makes all sockets of `/` leave one room or several. */
  socketsLeave(room: string | readonly string[]): void {
    this.sockets.socketsLeave(room);
  }

  /** Disconnects all sockets of `/`. @param close true to end their connections, with all namespaces. */
  disconnectSockets(close = false): void {
    this.sockets.disconnectSockets(close);
  }

  // ---- failures ----

  /** @internal */
  report(error: unknown, context: ErrorContext, taken = false): void {
    reportFailure(this, untyped(this.sockets), error, context, taken);
  }

  /** @internal Logs the rejection of a promise of ours that nothing awaits. */
  readonly unawaited = (err: unknown, what: string): void => {
    log(this.logger, 'debug', { err }, `${what}() was rejected, and nothing awaits it`);
  };

  #notify(event: string, args: unknown[]): boolean {
    return notifyListeners(untyped(this.sockets), this.logger, event, args);
  }

  // ---- background tasks ----

  /** A signal that is aborted when the server closes. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Runs a task. Its signal is aborted when the server closes. Failures are reported, never thrown. */
  spawn(task: Task): void {
    this.tasks.start(task, this, this.signal, (error) => this.report(error, { phase: 'task' }));
  }

  /**
   * Waits, at most until the server closes.
   * @param milliseconds how long.
   * @throws `AbortError` when the server closes; a task started with {@link spawn} may leave it uncaught.
   */
  sleep(milliseconds: number): Promise<void> {
    return sleepContained(milliseconds, this.signal, this.unawaited);
  }

  // ---- login sessions and the end ----

  /**
   * Closes the connections of a login session on every server that the adapter reaches, and refuses those that are
   * being made. Call it where a route logs a user out. The clients get `io server disconnect` and do not reconnect by
   * themselves. The option `sessionId` says which session a connection belongs to.
   *
   * @returns how many connections were closed here
   */
  endSession(id: string): number {
    endElsewhere(this.#main, id);
    return this.#endHere(id);
  }

  #endHere(id: string): number {
    return this.#sessions.end(this.#connections, id);
  }

  /**
   * Counts the connections of this server by protocol version and transport, for example to see how many old clients
   * are left.
   */
  connectionStats(): ConnectionStats {
    return takeConnectionStats(this.engine);
  }

  /**
   * Returns current figures of this server for metrics and for pages of operators, without data of clients. It visits every
   * connection and every socket. Calls within a second return the same object.
   */
  stats(): ServerStats {
    const now = performance.now();
    if (this.#stats === undefined || now - this.#statsTaken >= STATS_AGE) {
      this.#stats = takeServerStats(this.#connections, this._nsps.values());
      this.#statsTaken = now;
    }
    return this.#stats;
  }

  /** @deprecated Use {@link connectionStats}. */
  census(): ConnectionStats {
    return this.connectionStats();
  }

  /**
   * Empties the server before it ends or is replaced. New clients are told to come back later (503). Each connection
   * ends at its own moment, when no work is in progress on it; its client reconnects by itself, to the server that
   * serves then. The HTTP server and the adapters go on. A second call returns the same promise.
   *
   * @throws OptionError for invalid options.
   */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    return this.#shutdown.drain(options);
  }

  /**
   * Ends every connection, closes the adapters, and closes the HTTP server that it is attached to. It can be attached again.
   * @param done gets the HTTP server's error, if any.
   */
  async close(done?: (error?: Error) => void): Promise<void> {
    this.#abort.abort();
    for (const hub of this._nsps.values()) {
      for (const socket of [...hub.sockets.values()]) socket[kClose]('server shutting down', undefined);
    }
    if (this.engine instanceof Engine) this.engine.shutDown();
    else (this.engine as ForeignEngine | undefined)?.close();
    // At once: a balancer would send it requests that it cannot serve any more.
    const closing = this.httpServer === undefined ? undefined : closeServer(this.httpServer);
    // Requests of other servers' sessions may need the adapters.
    if (this.engine instanceof Engine) await this.engine.passages.emptied();
    await Promise.all([...this._nsps.values()].map((hub) => this.#closeAdapter(hub)));
    const error = await closing;
    // Not before: requests on connections that are still open want an answer.
    for (const detach of this.#detach.splice(0)) detach();
    for (const endpoint of this.#endpoints.values()) endpoint.ended();
    done?.(error);
  }

  async #closeAdapter(hub: Hub): Promise<void> {
    try {
      await hub.adapter.close?.();
    } catch (error) {
      this.report(error, { phase: 'adapter', namespace: hub.name });
    }
  }

  /** After a close: connections, tasks and adapters begin anew. */
  #reopen(): void {
    this.#abort = new AbortController();
    this.#endpoints.clear();
    this.#connections = undefined;
    this.#shutdown = new Shutdown(() => this.#connections, this.disconnecting, this.#settings.drain);
    this.#renewAdapters();
  }
}

/** Milliseconds for which figures of the server are not taken anew. */
const STATS_AGE = 1000;

/** Options that decide on the adapters of namespaces. */
const MAKES_ADAPTERS: ReadonlySet<string> = new Set(['adapter', 'connectionStateRecovery', 'history']);

function isOptions(target: unknown): target is ServerOptions {
  return typeof target === 'object' && target !== null && !('listen' in target);
}

function isServer(target: AttachTarget): target is HttpServer | NetServer {
  return typeof target === 'object' && 'listen' in target;
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
