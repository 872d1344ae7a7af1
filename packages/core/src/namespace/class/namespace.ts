import { callListeners, isThenable } from '../../internal/lazy-emitter.js';
import type { DisconnectDetails } from '../../virtual-socket/disconnect-details.js';
import type { EventRate } from '../access/event-rate.js';
import { ClientError } from '../access/refusal.js';
import type { DefaultRequest, MethodResolver } from '../contracts.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import type { Event } from '../events/socket-events.js';
import { untyped } from '../events/typed-emitter.js';
import { Socket } from '../socket/socket.js';
import { ackArguments } from './acks.js';
import { classOf, noteOwnFields } from './class-factory.js';
import { Acl } from './declare/acl.js';
import type { RouteParams } from './declare/params.js';
import type { DispatchTable } from './dispatch/dispatch-table.js';
import type { Entry } from './dispatch/entry.js';
import { foldEventName } from './dispatch/event-name.js';
import { invokeEntry } from './dispatch/invoke.js';
import { runAll, runUntilAnswered, runUntilRefused } from './hooks.js';

/**
 * What users extend: one object per connection and namespace, a method per event, `this` is the socket.
 *
 * Event `e` finds the method called `on` + `e`, whatever its capitals and separators; what the method returns is the
 * acknowledgement. Hooks: `onConnect(auth)`, `onReady()`, `onDisconnecting(reason)`, `onDisconnect(reason)`,
 * `onUnhandled(event, ...args)`, `onError(error, context)`, `initialize()`. `static acl` lists the events that a fresh
 * connection may call, `static limits` says how fast, `static serial = true` handles one event after the other.
 *
 * @typeParam ServerEvents what the server emits, for `emit`.
 * @typeParam ClientEvents what clients send, for listeners of the function style.
 * @typeParam Data the type of `data`.
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: as in socket.io, `data` is untyped unless declared.
  Data = any,
  Request = DefaultRequest,
> extends Socket<ClientEvents, ServerEvents, DefaultEventsMap, Data, Request> {
  /** Never there: it lets `EmitsOf` read the events out of the class. */
  declare readonly '~emits'?: ServerEvents;
  readonly #table: DispatchTable;
  readonly #wrapped: boolean;
  readonly #serial: boolean;
  #acl: Acl | undefined = undefined;

  /** @throws Error when called by hand: the server makes namespaces. */
  constructor() {
    super();
    const { table, serial } = classOf(this.nsp, new.target);
    this.#table = table;
    this.#serial = serial ?? this.server.serial;
    this.#wrapped = this.dispatch !== Namespace.prototype.dispatch;
    noteOwnFields(table, this);
  }

  /** The parameters of a namespace such as `/orders/:id`. */
  get params(): RouteParams {
    return this.nsp.params;
  }

  /** What this connection may call. */
  get acl(): Acl {
    this.#acl ??= new Acl(this.#table, this);
    return this.#acl;
  }

  /**
   * Wraps every call of a method: override it to time, trace or run in a transaction, and return (a promise of) what
   * `next()` returns.
   */
  dispatch(_event: string, _args: readonly unknown[], next: () => unknown): unknown {
    return next();
  }

  // ---- the way in and out ----

  /** @internal */
  override _beforeConnect(auth: unknown): unknown {
    const { initialize, onConnect } = this.#table.hooks;
    const present = () => this._joining;
    const connect = () => runUntilRefused(onConnect, this, [auth], present);
    if (initialize === undefined) return connect();
    const begun = runUntilRefused(initialize, this, [], present);
    if (begun === false) return false;
    return begun === true ? connect() : begun.then((going) => going && present() && connect());
  }

  /** @internal */
  override _connected(): void {
    this.#runHooks('onReady', []);
  }

  /** @internal */
  override _disconnecting(reason: string, description: unknown, details: DisconnectDetails): void {
    this.#runHooks('onDisconnecting', [reason, description, details]);
  }

  /** @internal */
  override _disconnected(reason: string, description: unknown, details: DisconnectDetails): void {
    this.#runHooks('onDisconnect', [reason, description, details]);
  }

  #runHooks(name: 'onReady' | 'onDisconnecting' | 'onDisconnect', args: unknown[]): void {
    const hooks = this.#table.hooks[name];
    if (hooks !== undefined) void runAll(hooks, this, args, (error) => this._report(error, 'hook', name));
  }

  // ---- events ----

  /** @internal */
  override get _methods(): MethodResolver {
    return this.#table;
  }

  /** @internal A listener of the function style goes before the method. */
  override _dispatch(data: Event, id: number | undefined): void {
    if (this.#serial) this._standInLine(data, id);
    else if (this._events === undefined || !this._callListeners(data, id)) void this.#callMethod(data, id);
  }

  /** @internal */
  override _handle(data: Event, id: number | undefined): Promise<void> | undefined {
    if (this._events?.[data[0]] !== undefined) return super._handle(data, id);
    return this.#callMethod(data, id);
  }

  /** Never fails; the promise is there only when the method is asynchronous. */
  #callMethod(data: Event, id: number | undefined): Promise<void> | undefined {
    const event = data[0];
    try {
      const result = this.#call(event, data.slice(1));
      if (!isThenable(result)) return this.#answer(result, event, id);
      this._busy++;
      return Promise.resolve(result).then(
        (value) => {
          this._busy--;
          this.#answer(value, event, id);
        },
        (error: unknown) => {
          this._busy--;
          this._fail(error, event, id);
        },
      );
    } catch (error) {
      this._fail(error, event, id);
      return undefined;
    }
  }

  #call(event: string, args: unknown[]): unknown {
    const entry = this.#table.find(event);
    if (!this.#wrapped) return this.#invoke(entry, event, args);
    return this.dispatch(event, args, () => this.#invoke(entry, event, args));
  }

  /** @throws ClientError `rate_limited` */
  #spend(rate: EventRate | undefined, method: unknown): void {
    if (rate !== undefined) this.server.rates.spend(this as unknown as Socket, method, rate);
  }

  #invoke(entry: Entry | undefined, event: string, args: unknown[]): unknown {
    const acl = this.#table.hasAcl ? this.acl : this.#acl;
    const { limits } = this.#table;
    if (entry !== undefined && limits !== undefined) this.#spend(limits.get(entry.aclKey), entry.aclKey);
    if (entry !== undefined) return invokeEntry(entry, this, args, acl);
    const { onUnhandled } = this.#table.hooks;
    if (onUnhandled === undefined) throw unknownEvent(event);
    if (acl !== undefined && !acl.permits(undefined)) throw accessDenied(event);
    return runUntilAnswered(onUnhandled, this, [event, ...args]);
  }

  #answer(result: unknown, event: string, id: number | undefined): undefined {
    if (id === undefined) return;
    try {
      this._acknowledge(id, ackArguments(result) as unknown[], event);
    } catch (error) {
      // What the method returned has no wire form.
      this._fail(error, event, id);
    }
  }

  /** @internal `onError` first. */
  override _report(error: unknown, phase: string, event: string | undefined): void {
    const context = { phase, event, namespace: this.nsp.name, socket: this };
    const { onError } = this.#table.hooks;
    const log = (failure: unknown) => this.server.report(failure, { ...context, phase: 'hook', event: 'onError' });
    if (onError !== undefined) void runAll(onError, this, [error, context], log);
    this.server.report(error, context, onError !== undefined);
  }

  /** @internal */
  override _onProtocolError(error: unknown): void {
    if (this._events !== undefined)
      callListeners(untyped(this), 'error', [error], (e) => this._report(e, 'listener', 'error'));
  }
}

const MAX_QUOTED = 100;

function unknownEvent(event: string): ClientError {
  const name = String(event).slice(0, MAX_QUOTED);
  if (foldEventName(name) === '') {
    return new ClientError('unallowed_event_name', 'An event name needs a letter or a digit');
  }
  return new ClientError('no_such_method', `The method "${name}" was not found`);
}

function accessDenied(event: string): ClientError {
  return new ClientError('method_access_denied', `You do not have access to "${String(event).slice(0, MAX_QUOTED)}"`);
}
