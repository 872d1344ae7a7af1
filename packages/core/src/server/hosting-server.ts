import type { Adapter } from 'socket.io-adapter';
import { containRejection } from '../internal/lazy-emitter.js';
import type { DefaultEventsMap, EventsMap } from '../namespace/events/events-map.js';
import { type ErrorContext, log } from '../namespace/events/reporter.js';
import { untyped } from '../namespace/events/typed-emitter.js';
import { containSockets } from '../namespace/hub/contained-adapter.js';
import type { Hub } from '../namespace/hub/hub.js';
import type { ParentHub } from '../namespace/hub/parent-hub.js';
import type { AdapterFactory, ServerContext } from '../namespace/server-context.js';
import type { Socket } from '../namespace/socket/socket.js';
import { sleepContained, type Task, Tasks } from '../namespace/socket/tasks.js';
import { ConfiguredServer } from './configured-server.js';
import { type NamespaceCheck, NamespaceRegistry } from './namespace-registry.js';
import type { ServerOptions } from './options/options.js';
import { defaultAdapter } from './options/recovery-options.js';
import { notifyListeners, reportFailure } from './report-failure.js';

/** The namespaces of a server, their adapters, and what is done in their name: reports and tasks. */
export abstract class HostingServer<
    ListenEvents extends EventsMap = DefaultEventsMap,
    EmitEvents extends EventsMap = ListenEvents,
    ServerSideEvents extends EventsMap = DefaultEventsMap,
    // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
    SocketData = any,
  >
  extends ConfiguredServer<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
  implements ServerContext
{
  /** The main namespace, `/`. */
  readonly sockets: Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  readonly tasks = new Tasks();
  readonly #abort = new AbortController();
  readonly #registry: NamespaceRegistry;
  #adapter: AdapterFactory;

  /** @throws OptionError for options that cannot be meant. */
  constructor(options: ServerOptions) {
    super(options);
    this.#adapter = this.opts.adapter ?? defaultAdapter(this.recovery, this.opts);
    this.#registry = new NamespaceRegistry(
      this,
      (hub) => this.#tell('new_namespace', [hub]),
      () => ({ cleanUp: this.opts.cleanupEmptyChildNamespaces, most: this.maxEmptyNamespaces }),
    );
    this.sockets = this.of('/') as unknown as Hub<ListenEvents, EmitEvents, ServerSideEvents, SocketData>;
  }

  get _nsps(): Map<string, Hub> {
    return this.#registry.hubs;
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
  hubEmptied(hub: Hub): void {
    this.#registry.emptied(hub);
  }

  /** @internal */
  makeAdapter(hub: Hub): Adapter {
    const make = this.#adapter;
    // An arrow function cannot be called with `new`, everything else is a class or must stand it.
    const adapter =
      make.prototype === undefined
        ? (make as (hub: Hub) => Adapter)(hub)
        : new (make as new (hub: Hub) => Adapter)(hub);
    const failed = (error: unknown, socket?: object) =>
      this.report(error, { phase: 'adapter', namespace: hub.name, socket });
    containSockets(adapter, failed);
    // Adapters of older days have no life.
    containRejection(adapter.init?.() as Promise<void> | void, failed);
    return adapter;
  }

  // ---- failures ----

  /** @internal */
  report(error: unknown, context: ErrorContext, taken = false): void {
    reportFailure(this, untyped(this.sockets), error, context, taken);
  }

  #tell(event: string, args: unknown[]): boolean {
    return notifyListeners(untyped(this.sockets), this.logger, event, args);
  }

  // ---- background tasks ----

  /** @internal Logs the rejection of a promise of ours that nothing awaits. */
  readonly unawaited = (err: unknown, what: string): void => {
    log(this.logger, 'debug', { err }, `${what}() was rejected, and nothing awaits it`);
  };

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
    return sleepContained(milliseconds, this.signal, this.unawaited);
  }

  /** @internal The tasks end. */
  _endTasks(): void {
    this.#abort.abort();
  }

  /** @internal The adapters end. */
  async _closeAdapters(): Promise<void> {
    await Promise.all([...this._nsps.values()].map((hub) => this.#closeAdapter(hub)));
  }

  async #closeAdapter(hub: Hub): Promise<void> {
    try {
      await hub.adapter.close?.();
    } catch (error) {
      this.report(error, { phase: 'adapter', namespace: hub.name });
    }
  }
}
