import { isThenable } from '../../internal/events/lazy-emitter.js';
import type { DisconnectDetails } from '../../virtual-socket/disconnect-details.js';
import { ClientError } from '../access/refusal.js';
import type { Event } from '../events/socket-events.js';
import { kHandling, type SocketInternals } from '../socket/state.js';
import type { SocketStyle } from '../socket/style.js';
import { kAcknowledge, kFail, kJoining, kReport } from '../symbols.js';
import { ackArguments } from './acks.js';
import { memberName } from './class-error.js';
import type { Acl } from './declare/acl.js';
import type { DispatchTable } from './dispatch/dispatch-table.js';
import type { Entry } from './dispatch/entry.js';
import { foldEventName } from './dispatch/event-name.js';
import { invokeEntry } from './dispatch/invoke.js';
import { runAll, runUntilAnswered, runUntilRefused } from './hooks.js';

/** The ACL of a connection, once it has one of its own. */
export const kAcl: unique symbol = Symbol('sio.acl');

/** An object of a user's class. */
export interface ClassSocket extends SocketInternals {
  readonly acl: Acl;
  [kAcl]: Acl | undefined;
  dispatch(event: string, args: readonly unknown[], next: () => unknown): unknown;
}

/** Hooks and methods of one class, for all of its objects. */
export class ClassStyle implements SocketStyle {
  readonly methods: DispatchTable;
  readonly serial: boolean | undefined;

  constructor(table: DispatchTable, serial: boolean | undefined) {
    this.methods = table;
    this.serial = serial;
  }

  // ---- hooks ----

  beforeConnect(socket: ClassSocket, auth: unknown): unknown {
    const { initialize, onConnect } = this.methods.hooks;
    const present = () => socket[kJoining];
    const connect = () => runUntilRefused(onConnect, socket, [auth], present);
    if (initialize === undefined) return connect();
    const begun = runUntilRefused(initialize, socket, [], present);
    if (begun === false) return false;
    return begun === true ? connect() : begun.then((going) => going && present() && connect());
  }

  connected(socket: ClassSocket): void {
    void this.#runHooks(socket, 'onReady', []);
  }

  disconnecting(socket: ClassSocket, reason: string, description: unknown, details: DisconnectDetails): void {
    this.#lastHooks(socket, 'onDisconnecting', [reason, description, details]);
  }

  disconnected(socket: ClassSocket, reason: string, description: unknown, details: DisconnectDetails): void {
    this.#lastHooks(socket, 'onDisconnect', [reason, description, details]);
  }

  #lastHooks(socket: ClassSocket, name: 'onDisconnecting' | 'onDisconnect', args: unknown[]): void {
    const running = this.#runHooks(socket, name, args);
    if (running !== undefined) socket.server.disconnecting.add(running);
  }

  #runHooks(
    socket: ClassSocket,
    name: 'onReady' | 'onDisconnecting' | 'onDisconnect',
    args: unknown[],
  ): Promise<void> | undefined {
    const hooks = this.methods.hooks[name];
    return runAll(hooks, socket, args, (error) => socket[kReport](error, 'hook', name));
  }

  failed(socket: ClassSocket, error: unknown, phase: string, event: string | undefined): boolean {
    const { onError } = this.methods.hooks;
    if (onError === undefined) return false;
    const { server, nsp } = socket;
    const context = { phase, event, namespace: nsp.name, socket };
    const log = (failure: unknown) => server.report(failure, { ...context, phase: 'hook', event: 'onError' });
    void runAll(onError, socket, [error, context], log);
    return true;
  }

  // ---- events ----

  handle(socket: ClassSocket, data: Event, id: number | undefined): Promise<void> | undefined {
    const event = data[0];
    try {
      const result = this.#call(socket, event, data.slice(1));
      if (!isThenable(result)) return answer(socket, result, event, id);
      return settle(this.methods, socket, result, data, id);
    } catch (error) {
      socket[kFail](explained(error, this.methods, data), event, id);
      return undefined;
    }
  }

  #call(socket: ClassSocket, event: string, args: unknown[]): unknown {
    const entry = this.methods.find(event);
    if (!this.methods.wrapsDispatch) return this.#invoke(socket, entry, event, args);
    return socket.dispatch(event, args, () => this.#invoke(socket, entry, event, args));
  }

  /** @throws ClientError `rate_limited`, `no_such_method`, `method_access_denied`, and errors of the method. */
  #invoke(socket: ClassSocket, entry: Entry | undefined, event: string, args: unknown[]): unknown {
    const { hasAcl, limits, hooks } = this.methods;
    const acl = hasAcl ? socket.acl : socket[kAcl];
    if (entry !== undefined) {
      const rate = limits?.get(entry.aclKey);
      if (rate !== undefined) socket.server.rates.spend(socket, entry.aclKey, rate);
      return invokeEntry(entry, socket, args, acl);
    }
    if (hooks.onUnhandled === undefined) throw unknownEvent(event);
    if (acl !== undefined && !acl.permits(undefined)) throw accessDenied(event);
    return runUntilAnswered(hooks.onUnhandled, socket, [event, ...args]);
  }
}

/** Waits for an asynchronous method. */
function settle(
  table: DispatchTable,
  socket: ClassSocket,
  result: PromiseLike<unknown>,
  data: Event,
  id: number | undefined,
): Promise<void> {
  const event = data[0];
  socket[kHandling]++;
  return Promise.resolve(result).then(
    (value) => {
      socket[kHandling]--;
      answer(socket, value, event, id);
    },
    (error: unknown) => {
      socket[kHandling]--;
      socket[kFail](explained(error, table, data), event, id);
    },
  );
}

function answer(socket: ClassSocket, result: unknown, event: string, id: number | undefined): undefined {
  if (id === undefined) return;
  try {
    socket[kAcknowledge](id, ackArguments(result) as unknown[], event);
  } catch (error) {
    // The result cannot be encoded.
    socket[kFail](error, event, id);
  }
}

/** The last parameter of a method. */
const LAST_PARAMETER = /^[^(]*\((?:[^)]*,)?\s*([\w$]+)\s*\)/;

/** Methods of socket.io's kind call the client back; here there is no callback, and the failure says so. */
function explained(error: unknown, table: DispatchTable, data: Event): unknown {
  try {
    return explanationOf(error, table, data);
  } catch {
    // An application may throw anything, such as a proxy that fails at each access.
    return error;
  }
}

function explanationOf(error: unknown, table: DispatchTable, data: Event): unknown {
  const entry = table.find(data[0]);
  if (!(error instanceof TypeError) || entry === undefined || entry.invoke.length < data.length) return error;
  const last = LAST_PARAMETER.exec(Function.prototype.toString.call(entry.invoke))?.[1];
  if (last === undefined || !error.message.startsWith(`${last} is not a function`)) return error;
  const name = `${table.name}.${memberName(entry.method)}`;
  return new TypeError(`${name} was called without a callback: return the answer instead`, { cause: error });
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
