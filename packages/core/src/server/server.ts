import type { Server as HttpServer } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { Client } from '../namespace/client.js';
import type { DefaultEventsMap, EventsMap } from '../namespace/events/events-map.js';
import type { Hub } from '../namespace/hub/hub.js';
import type { ServerContext } from '../namespace/server-context.js';
import { Engine } from '../virtual-socket/engine.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import { buildEndpoint, buildEngine } from './build.js';
import { type Census, takeCensus } from './connection-stats.js';
import type { EngineServer } from './engine-server.js';
import { adopt, type ForeignEngine } from './external-engine.js';
import { HostingServer } from './hosting-server.js';
import { closeServer, listeningServer } from './http-server.js';
import { endElsewhere, LoginSessions, onEndedElsewhere, usualSessionId } from './login-sessions.js';
import { attachToServer } from './mount/direct-mount.js';
import type { Endpoint } from './mount/endpoint.js';
import { defaults, type ServerOptions } from './options/options.js';
import type { ProtocolEndpoint } from './protocol-endpoint.js';
import type { DrainOptions, DrainReport } from './shutdown/drain.js';
import { Shutdown } from './shutdown/shutdown.js';

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
> extends HostingServer<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  /** The connections; undefined until the server is attached or mounted. */
  engine!: EngineServer;
  /** The server attached to, if any. */
  httpServer: HttpServer | undefined = undefined;
  #endpoint: ProtocolEndpoint | undefined = undefined;
  /** Where the connections are kept. */
  #connections: Engine | undefined = undefined;
  readonly #sessions: LoginSessions;
  #detach: (() => void) | undefined = undefined;
  readonly #shutdown: Shutdown;

  /**
   * Attaches to an HTTP server or listens on a port, if one is given before the options.
   *
   * @throws OptionError for invalid options.
   */
  constructor(options?: ServerOptions);
  constructor(target: HttpServer | NetServer | number | undefined, options?: ServerOptions);
  constructor(target?: HttpServer | NetServer | number | ServerOptions, options?: ServerOptions) {
    super(isOptions(target) ? target : (options ?? {}));
    this.#shutdown = new Shutdown(() => this.#connections, this.opts.drain ?? defaults.drain);
    this.#sessions = new LoginSessions(this.opts.sessionId ?? usualSessionId, (error) =>
      this.report(error, { phase: 'session' }),
    );
    onEndedElsewhere(this.sockets as unknown as Hub, (id) => this.#endHere(id));
    if (target !== undefined && !isOptions(target)) this.attach(target);
  }

  /** Serves a plain HTTP server, or listens on a port. Options given to the constructor win. */
  attach(target: HttpServer | NetServer | number | string, options: ServerOptions = {}): this {
    if (typeof target === 'function') {
      throw new Error(
        'You are trying to attach socket.io to an express request handler function. Please pass a http.Server instance.',
      );
    }
    this._addOptions(options);
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
    this.#sessions.watch(this.#connections);
    this.#connections.failed = (error, phase, event) => this.report(error, { phase, event });
    return this;
  }

  /** Welcomes a connection. */
  onconnection(conn: VirtualSocket): this {
    new Client(this as unknown as ServerContext, conn);
    return this;
  }

  /** @internal What mounts lead requests to; made on first use. */
  _mount(): Endpoint {
    if (this.#endpoint !== undefined) return this.#endpoint;
    const settings = { ...this.opts, path: this.path(), serveClient: this.serveClient() };
    this.bind(buildEngine(settings));
    this.#endpoint = buildEndpoint(this.engine, settings, {
      close: () => this.#shutdown.closeInOrder(() => this.close()),
      serverClosing: () => this.#shutdown.pause(),
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
  connectionStats(): Census {
    return takeCensus(this.engine);
  }

  #endHere(id: string): number {
    return this.#sessions.end(this.#connections, id);
  }

  /**
   * Empties the server before it ends or is replaced: new clients are told to come back later (503), and each connection
   * ends when nothing is under way on it, at a moment of its own. Its client comes back by itself, to whoever serves then. The
   * HTTP server and the adapters go on. Called again it gives the same promise.
   *
   * @throws OptionError for options that cannot be meant.
   */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    return this.#shutdown.drain(options);
  }

  /**
   * Ends every connection, the adapters, and the HTTP server attached to. `done` gets the HTTP server's error, if any.
   */
  async close(done?: (error?: Error) => void): Promise<void> {
    this._endTasks();
    for (const hub of this._nsps.values()) {
      for (const socket of [...hub.sockets.values()]) socket._onClose('server shutting down', undefined);
    }
    this.engine?.close();
    await this._closeAdapters();
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
