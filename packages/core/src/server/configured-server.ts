import { type DeadlineQueue, Deadlines } from '../internal/deadlines.js';
import { Authenticator, type AuthOptions, SessionExpiry } from '../namespace/access/authenticator.js';
import { Guards } from '../namespace/access/guards.js';
import { RateLimits } from '../namespace/access/rate-limits.js';
import type { DefaultEventsMap, EventsMap } from '../namespace/events/events-map.js';
import { defaultLogger, type ErrorContext, type Logger } from '../namespace/events/reporter.js';
import type { AdapterEncoder } from '../namespace/hub/encoder.js';
import type { RecoveryPolicy } from '../namespace/recovery/recovery.js';
import type { NamespaceLimits } from '../namespace/server-context.js';
import { adapterEncoder } from './build.js';
import { printDebug } from './debug.js';
import { MainNamespace } from './main-namespace.js';
import { checkedOptions, checkPath } from './options/checked-options.js';
import { limitDefaults, limitsOf } from './options/limit-options.js';
import { warnOfMisspelt } from './options/option-names.js';
import { warningsTo } from './options/option-warnings.js';
import { defaults, type ServerOptions } from './options/options.js';
import { warnOfPointless } from './options/pointless-options.js';
import { recoveryPolicy } from './options/recovery-options.js';

/** What a server's options come to, and those that can be changed later. */
export abstract class ConfiguredServer<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
> extends MainNamespace<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  /** @internal */
  readonly encoder: AdapterEncoder;
  /** @internal */
  readonly deadlines = new Deadlines((error) => this.report(error, { phase: 'connection' }));
  /** @internal */
  connectDeadline: DeadlineQueue;
  /** @internal */
  readonly limits: NamespaceLimits;
  /** @internal */
  guards: Guards | undefined = undefined;
  /** @internal */
  readonly recovery: RecoveryPolicy | undefined;
  /** @internal */
  readonly authority: Authenticator | undefined;
  /** @internal */
  readonly expiry = new SessionExpiry();
  /** @internal */
  readonly rates: RateLimits;
  /** Where everything goes that nobody else takes care of. */
  readonly logger: Logger;
  /** The options as they were given. */
  readonly opts: ServerOptions;
  #path: string;
  #serveClient: boolean;

  /** @throws OptionError for options that cannot be meant. */
  constructor(raw: ServerOptions) {
    super();
    printDebug(process.env.DEBUG);
    this.logger = raw.logger ?? defaultLogger;
    const given = this.#checked(raw);
    this.opts = { ...given };
    this.#path = cleanPath(given.path ?? defaults.path);
    this.#serveClient = given.serveClient !== false;
    this.encoder = adapterEncoder(given);
    this.recovery = recoveryPolicy(given);
    if (this.recovery !== undefined) this.opts.connectionStateRecovery = { ...this.recovery };
    this.#warnOf(given);
    this.limits = limitsOf(given);
    this.authority = given.auth === undefined ? undefined : new Authenticator(given.auth as AuthOptions<never>);
    this.rates = new RateLimits(given.rateLimits ?? {});
    this.#setGuards();
    this.connectDeadline = this.deadlines.of(given.connectTimeout || defaults.connectTimeout);
  }

  /** @internal */
  abstract report(error: unknown, context: ErrorContext, taken?: boolean): void;

  /** @internal Options that come late; those given to the constructor win. */
  _addOptions(options: ServerOptions): void {
    Object.assign(this.opts, this.#checked({ ...options, ...this.opts }));
    this.#warnOf(options);
    this.#setGuards();
  }

  #checked(options: ServerOptions): ServerOptions {
    return checkedOptions(options, warningsTo(options.logger));
  }

  #warnOf(options: ServerOptions): void {
    const warn = warningsTo(this.opts.logger);
    warnOfPointless(options, warn);
    warnOfMisspelt(options, warn);
  }

  #setGuards(): void {
    const { guards = [] } = this.opts;
    this.guards =
      Array.isArray(guards) && guards.length === 0 ? undefined : new Guards(guards, this.limits.maxPendingEvents);
  }

  /** @internal */
  get maxEmptyNamespaces(): number {
    return this.opts.maxEmptyNamespaces ?? limitDefaults.maxEmptyNamespaces;
  }

  /** @internal */
  get serial(): boolean {
    return this.opts.serial ?? defaults.serial;
  }

  /** Whether a connection lets go of its request as soon as it has joined a namespace. */
  get releaseRequest(): boolean {
    return this.opts.releaseRequest ?? defaults.releaseRequest;
  }

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
}

function cleanPath(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
