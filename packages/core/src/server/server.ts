import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server as NetServer } from 'node:net';
import type { Adapter } from 'socket.io-adapter';
import { type DeadlineQueue, Deadlines } from '../internal/deadlines.js';
import { containRejection } from '../internal/lazy-emitter.js';
import { type AuthOptions, Authority, Expiry } from '../namespace/authority.js';
import { Client } from '../namespace/client.js';
import type { AdapterEncoder } from '../namespace/encoder.js';
import type { DefaultEventsMap, EventsMap } from '../namespace/events-map.js';
import { Guards } from '../namespace/guards.js';
import type { Hub } from '../namespace/hub.js';
import type { AdapterFactory, HubHost, NamespaceLimits } from '../namespace/hub-host.js';
import type { ParentHub } from '../namespace/parent-hub.js';
import { RateLimits } from '../namespace/rate-limits.js';
import type { RecoveryPolicy } from '../namespace/recovery/recovery.js';
import { defaultLogger, type ErrorContext, type Logger, log } from '../namespace/reporter.js';
import type { Socket } from '../namespace/socket.js';
import { sleep, type Task, Tasks } from '../namespace/tasks.js';
import { untyped } from '../namespace/typed-emitter.js';
import { Engine } from '../virtual-socket/engine.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import { adapterEncoder, buildEndpoint, buildEngine } from './build.js';
import { type Census, takeCensus } from './census.js';
import { checkedOptions, checkPath } from './checked-options.js';
import { printDebug } from './debug.js';
import type { DrainOptions, DrainReport } from './drain.js';
import { Endings } from './endings.js';
import type { EngineServer } from './engine-server.js';
import { adopt, type ForeignEngine } from './foreign-engine.js';
import { limitsOf } from './limit-options.js';
import { MainNamespace } from './main-namespace.js';
import { attachToServer } from './mount/direct-mount.js';
import type { Endpoint } from './mount/endpoint.js';
import { type NamespaceCheck, NamespaceRegistry } from './namespace-registry.js';
import { warnOfMisspelt } from './option-names.js';
import { defaults, type ServerOptions } from './options.js';
import { warnOfPointless } from './pointless-options.js';
import type { ProtocolEndpoint } from './protocol-endpoint.js';
import { defaultAdapter, recoveryPolicy } from './recovery-options.js';
import { reportFailure, tellListeners } from './report-failure.js';
import { endElsewhere, endHere, onEndedElsewhere, usualSessionId } from './session-connections.js';
import { type StaticFiles, staticFiles } from './static-files.js';

/**
 * A Socket.IO server: options, namespaces, connections.
 *
 * Events: those of the main namespace, `new_namespace(hub)`, and `handler_error(error, context)` for every failure of
 * application code; a failure that no listener takes is logged.
 */
export class Server<
    ListenEvents extends EventsMap = DefaultEventsMap,
    EmitEvents extends EventsMap = ListenEvents,
    ServerSideEvents extends EventsMap = DefaultEventsMap,
    // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
    SocketData = any,
  >
  extends MainNamespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
  implements HubHost
{
  /** The main namespace, `/`. */
  readonly sockets: Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  /** The connections; undefined until the server is attached or mounted. */
  engine!: EngineServer;
  /** The server attached to, if any. */
  httpServer: HttpServer | undefined = undefined;
  /** @internal What adapters encode broadcasts with. */
  readonly encoder: AdapterEncoder;
  /** @internal */
  readonly deadlines = new Deadlines();
  /** @internal */
  connectDeadline: DeadlineQueue;
  /** @internal */
  readonly limits: NamespaceLimits;
  /** @internal */
  guards: Guards | undefined = undefined;
  /** @internal */
  readonly recovery: RecoveryPolicy | undefined;
  /** Where everything goes that nobody else takes care of. */
  readonly logger: Logger;
  readonly tasks = new Tasks();
  /** The options as they were given. */
  readonly opts: ServerOptions;
  readonly #abort = new AbortController();
  readonly #registry: NamespaceRegistry;
  #path: string;
  #serveClient: boolean;
  #adapter: AdapterFactory;
  #endpoint: ProtocolEndpoint | undefined = undefined;
  /** Where the connections are kept. */
  #connections: Engine | undefined = undefined;
  #detach: (() => void) | undefined = undefined;
  readonly #endings: Endings;
  /** @internal */
  readonly authority: Authority | undefined;
  /** @internal */
  readonly expiry = new Expiry();
  /** @internal */
  readonly rates: RateLimits;

  /**
   * @param target an HTTP server to attach to, a port to listen on, or the options.
   * @throws TypeError for options that cannot be meant.
   */
  constructor(options?: ServerOptions);
  constructor(target: HttpServer | NetServer | number | undefined, options?: ServerOptions);
  constructor(target?: HttpServer | NetServer | number | ServerOptions, options?: ServerOptions) {
    super();
    const raw = isOptions(target) ? target : (options ?? {});
    printDebug(process.env.DEBUG);
    this.logger = raw.logger ?? defaultLogger;
    const given = this.#checked(raw);
    this.opts = { ...given };
    this.#path = cleanPath(given.path ?? defaults.path);
    this.#serveClient = given.serveClient !== false;
    this.encoder = adapterEncoder(given);
    this.recovery = recoveryPolicy(given);
    if (this.recovery !== undefined) this.opts.connectionStateRecovery = { ...this.recovery };
    this.#adapter = given.adapter ?? defaultAdapter(this.recovery, given);
    this.#warnOf(given);
    this.limits = limitsOf(given);
    this.#endings = new Endings(() => this.#connections, given.drain ?? defaults.drain);
    this.authority = given.auth === undefined ? undefined : new Authority(given.auth as AuthOptions<never>);
    this.rates = new RateLimits(given.rateLimits ?? {});
    this.#setGuards();
    this.connectDeadline = this.deadlines.of(given.connectTimeout || defaults.connectTimeout);
    this.#registry = new NamespaceRegistry(this, (hub) => this.#tell('new_namespace', [hub]));
    this.sockets = this.of('/') as unknown as Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
    onEndedElsewhere(this.sockets as unknown as Hub, (id) => this.#endHere(id));
    if (target !== undefined && !isOptions(target)) this.attach(target);
  }

  get _nsps(): Map<string, Hub> {
    return this.#registry.hubs;
  }

  /** @internal */
  get cleanupEmptyChildNamespaces(): boolean {
    return this.opts.cleanupEmptyChildNamespaces ?? defaults.cleanupEmptyChildNamespaces;
  }

  /** @internal */
  get serial(): boolean {
    return this.opts.serial ?? defaults.serial;
  }

  get releaseRequest(): boolean {
    return this.opts.releaseRequest ?? defaults.releaseRequest;
  }

  // ---- settings ----

  /** The path below the mount, without a slash at its end; the setter counts for what is attached later. */
  path(): string;
  path(path: string): this;
  path(path?: string): string | this {
    if (path === undefined) return this.#path;
    checkPath(path);
    this.#path = cleanPath(path);
    return this;
  }

  /** Whether the browser client's files are served; the setter counts for what is attached later. */
  serveClient(): boolean;
  serveClient(serve: boolean): this;
  serveClient(serve?: boolean): boolean | this {
    if (serve === undefined) return this.#serveClient;
    this.#serveClient = serve;
    return this;
  }

  /** Milliseconds. */
  connectTimeout(): number;
  connectTimeout(milliseconds: number): this;
  connectTimeout(milliseconds?: number): number | this {
    if (milliseconds === undefined) return this.connectDeadline.duration;
    this.connectDeadline = this.deadlines.of(milliseconds);
    return this;
  }

  /** The setter gives every existing namespace a new adapter. */
  adapter(): AdapterFactory;
  adapter(adapter: AdapterFactory): this;
  adapter(adapter?: AdapterFactory): AdapterFactory | this {
    if (adapter === undefined) return this.#adapter;
    this.#adapter = adapter;
    for (const hub of this._nsps.values()) hub.adapter = this.makeAdapter(hub);
    return this;
  }

  // ---- namespaces ----

  /** A namespace by name, or a family of them by pattern or predicate. */
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

  /** @internal A family of namespaces by route pattern. */
  _family(match: (name: string) => Readonly<Record<string, string>> | undefined): ParentHub {
    return this.#registry.pattern(match);
  }

  /** @internal */
  resolveHub(name: string, auth: unknown, done: (hub: Hub | undefined) => void): void {
    this.#registry.resolve(name, auth, done);
  }

  /** @internal */
  forgetHub(hub: Hub): void {
    this.#registry.forget(hub);
  }

  /** @internal */
  makeAdapter(hub: Hub): Adapter {
    const make = this.#adapter;
    // An arrow function cannot be called with `new`, everything else is a class or must stand it.
    const adapter =
      make.prototype === undefined
        ? (make as (hub: Hub) => Adapter)(hub)
        : new (make as new (hub: Hub) => Adapter)(hub);
    const ready = adapter.init() as Promise<void> | void;
    containRejection(ready, (error) => this.report(error, { phase: 'adapter', namespace: hub.name }));
    return adapter;
  }

  // ---- failures ----

  /** @internal */
  report(error: unknown, context: ErrorContext, taken = false): void {
    reportFailure(this, untyped(this.sockets), error, context, taken);
  }

  #tell(event: string, args: unknown[]): boolean {
    return tellListeners(untyped(this.sockets), this.logger, event, args);
  }

  #checked(options: ServerOptions): ServerOptions {
    return checkedOptions(options, (message) => log(this.logger, 'warn', message));
  }

  #warnOf(options: object): void {
    warnOfPointless(options, this.logger);
    warnOfMisspelt(options, this.logger);
  }

  #setGuards(): void {
    const { guards = [] } = this.opts;
    this.guards = guards.length === 0 ? undefined : new Guards(guards, this.limits.maxPendingEvents);
  }

  // ---- background tasks ----

  /** Aborted when the server closes. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Runs a task that ends with the server: its signal is aborted then. Failures are reported, never thrown. */
  spawn(task: Task): void {
    this.tasks.start(task, this, this.signal, (error) => this.report(error, { phase: 'task' }));
  }

  /**
   * Waits; ends with the server.
   * @param milliseconds how long.
   * @throws `AbortError` when the server closes; a task started with {@link spawn} may leave it uncaught.
   */
  sleep(milliseconds: number): Promise<void> {
    return sleep(milliseconds, this.signal);
  }

  // ---- connections ----

  /** Serves a plain HTTP server, or listens on a port. Options given to the constructor win. */
  attach(target: HttpServer | NetServer | number | string, options: ServerOptions = {}): this {
    if (typeof target === 'function') {
      throw new Error(
        'You are trying to attach socket.io to an express request handler function. Please pass a http.Server instance.',
      );
    }
    Object.assign(this.opts, this.#checked({ ...options, ...this.opts }));
    this.#warnOf(options);
    this.#setGuards();
    const server =
      typeof target === 'object' ? (target as HttpServer) : listeningServer(Number(target), this.opts.staticFiles);
    this.httpServer = server;
    this._mount();
    this.engine.httpServer = server;
    this.#detach = attachToServer(server, this._mount());
    return this;
  }

  /** The same as {@link attach}. */
  listen(target: HttpServer | NetServer | number | string, options: ServerOptions = {}): this {
    return this.attach(target, options);
  }

  /** Not to be had here. @throws Error always: uWebSockets.js has its own sockets and requests, which nothing here can take. */
  attachApp(_app: unknown, _options?: ServerOptions): never {
    throw new Error('attachApp: uWebSockets.js is not supported; attach to a Node HTTP server instead');
  }

  /** Takes the connections of an engine: ours, engine.io's, or one for another platform. */
  bind(engine: EngineServer | ForeignEngine): this {
    this.engine = engine as EngineServer;
    const arrived = (conn: VirtualSocket) => void this.onconnection(conn);
    if (engine instanceof Engine) engine.on('connection', arrived);
    this.#connections = engine instanceof Engine ? engine : adopt(engine, this.opts, arrived);
    this.#connections.failed = (error, phase, event) => this.report(error, { phase, event });
    return this;
  }

  /** Welcomes a connection. */
  onconnection(conn: VirtualSocket): this {
    new Client(this as unknown as HubHost, conn);
    return this;
  }

  /** @internal What mounts lead requests to; made on first use. */
  _mount(): Endpoint {
    if (this.#endpoint !== undefined) return this.#endpoint;
    const settings = { ...this.opts, path: this.#path, serveClient: this.#serveClient };
    this.bind(buildEngine(settings));
    this.#endpoint = buildEndpoint(this.engine, settings, {
      close: () => this.#endings.closeInOrder(() => this.close()),
      serverClosing: () => this.#endings.pause(),
    });
    this.engine.endpoint = this.#endpoint;
    return this.#endpoint;
  }

  /**
   * Closes the connections of a login session, on every server that the adapter reaches: call it where a route logs somebody
   * out. Their clients are told `io server disconnect` and do not come back by themselves. Which session a connection
   * belongs to, the option `sessionId` says.
   *
   * @returns how many connections were closed here
   */
  endSession(id: string): number {
    endElsewhere(this.sockets as unknown as Hub, id);
    return this.#endHere(id);
  }

  /** Counts the connections of this server by generation of clients and transport: how many old ones are left? */
  census(): Census {
    return takeCensus(this.engine);
  }

  #endHere(id: string): number {
    return endHere(this.#connections, this.opts.sessionId ?? usualSessionId, id);
  }

  async #closeAdapter(hub: Hub): Promise<void> {
    try {
      await hub.adapter.close();
    } catch (error) {
      this.report(error, { phase: 'adapter', namespace: hub.name });
    }
  }

  /**
   * Empties the server before it ends or is replaced: new clients are told to come back later (503), and each connection
   * ends when nothing is under way on it, at a moment of its own. Its client comes back by itself, to whoever serves then. The
   * HTTP server and the adapters go on. Called again it gives the same promise.
   *
   * @throws TypeError for options that cannot be meant.
   */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    return this.#endings.drain(options);
  }

  /**
   * Ends every connection, the adapters, and the HTTP server attached to. `done` gets the HTTP server's error, if any.
   */
  async close(done?: (error?: Error) => void): Promise<void> {
    this.#abort.abort();
    for (const hub of this._nsps.values()) {
      for (const socket of [...hub.sockets.values()]) socket._onClose('server shutting down', undefined);
    }
    this.engine?.close();
    await Promise.all([...this._nsps.values()].map((hub) => this.#closeAdapter(hub)));
    const error = this.httpServer === undefined ? undefined : await closeServer(this.httpServer);
    // Not before: requests on connections that are still open want an answer.
    this.#detach?.();
    this.#endpoint?.ended();
    done?.(error);
  }
}

function isOptions(target: unknown): target is ServerOptions {
  return typeof target === 'object' && target !== null && !('listen' in target);
}

function cleanPath(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** An HTTP server for nothing else. */
function listeningServer(port: number, files: StaticFiles | undefined): HttpServer {
  const server = createServer(files === undefined ? notFound : staticFiles(files));
  return server.listen(port);
}

function notFound(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(404);
  res.end();
}

/** Milliseconds. */
const LOOK_FOR_IDLE = 50;

function closeServer(server: HttpServer): Promise<Error | undefined> {
  return new Promise((resolve) => {
    // Connections that are only kept alive would hold the server open; some become so when their last answer is out.
    const closeIdle = () => server.closeIdleConnections?.();
    const look = setInterval(closeIdle, LOOK_FOR_IDLE);
    server.close((error) => {
      clearInterval(look);
      resolve(error);
    });
    closeIdle();
  });
}
