import type { Socket } from 'socket.io-client';
import { after } from './after.js';
import { CALL_TIMEOUT, call } from './call.js';
import { Connection } from './connection.js';
import { DisconnectedError, TimeoutError } from './errors.js';
import { fold, handlersOf } from './handlers.js';
import type { ArgsOf, ClientHooks, EventOf, ResultOf, ServerClass } from './types.js';

/** Options of a {@link ClientNamespace}. */
export interface ClientOptions {
  /** The namespace. Default: the class's `static namespace`, or `/`. */
  readonly namespace?: string;
  /** The credentials, which the server's `onConnect(auth)` gets, or a function that passes them to its callback at each connection. */
  readonly auth?: Record<string, unknown> | ((send: (auth: object) => void) => void);
  /** Milliseconds that {@link ClientNamespace.call} waits for an acknowledgement. Default: 60 000. */
  readonly callTimeout?: number;
  /** Whether to connect immediately. With `false`, call {@link ClientNamespace.connect}. Default: `true`. */
  readonly autoConnect?: boolean;
}

/** Calls with another time limit, from {@link ClientNamespace.timeout}. */
export interface TimedCalls<Server extends ServerClass> {
  /** The same as {@link ClientNamespace.call}. */
  call<Event extends EventOf<Server>>(event: Event, ...args: ArgsOf<Server, Event>): Promise<ResultOf<Server, Event>>;
}

/** A task of {@link ClientNamespace.spawn}. It gets a signal that is aborted when its client ends. */
export type Task = (signal: AbortSignal) => unknown;

const LOST = 'The client was disconnected';

/**
 * The client side of a class namespace, with one method per event. `onSaid(from, text)` handles the event `said`; the value that it returns or
 * resolves with is the acknowledgement. Names match as on the server: the event `private message` reaches `onPrivateMessage`.
 *
 * `ClientNamespace<typeof ChatNamespace>` types {@link emit} and {@link call} by the server's class. Import that class with
 * `import type`, so that no server code reaches the client.
 */
export abstract class ClientNamespace<Server extends ServerClass = never> {
  /** The namespace that instances join, unless the option `namespace` names another one. */
  static readonly namespace: string = '/';

  /** The connection, which other namespaces may share. */
  readonly connection: Connection;
  /** The socket of the official client, for features that have no method here. */
  readonly socket: Socket;
  readonly #callTimeout: number;
  readonly #listeners = new Set<() => void>();
  #handlers: ReadonlyMap<string, string> | undefined;
  #abort = new AbortController();
  #version = 0;
  /** Why the server keeps this client out. */
  #refusal: Error | undefined;

  /** @param server a connection to share, or the URL of the server for a connection of its own. Default in a browser: the page's origin. */
  constructor(server?: Connection | string, options: ClientOptions = {}) {
    this.connection = server instanceof Connection ? server : new Connection(server);
    this.#callTimeout = options.callTimeout ?? CALL_TIMEOUT;
    const name = options.namespace ?? (this.constructor as typeof ClientNamespace).namespace;
    this.socket = this.connection.manager.socket(name, options.auth === undefined ? {} : { auth: options.auth });
    this.#listen();
    if (options.autoConnect !== false) this.connect();
  }

  /** The socket id that the server assigned to this client, or undefined while it is disconnected. */
  get id(): string | undefined {
    return this.socket.id;
  }

  /** Whether the server has accepted this client and the connection is open. */
  get connected(): boolean {
    return this.socket.connected;
  }

  /** A signal that {@link disconnect} aborts, and that is aborted when the server disconnects this client. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Connects, and reconnects after {@link disconnect}. */
  connect(): this {
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    this.#refusal = undefined;
    this.connection.add(this);
    this.#watchManager('on');
    this.socket.connect();
    return this;
  }

  /** Leaves the namespace, ends its tasks, and closes the connection if no other namespace uses it. */
  disconnect(): void {
    this.socket.disconnect();
    this.#end();
  }

  /**
   * Resolves when the server has accepted this client; immediately if it already has.
   * @param timeout the longest time to wait, in milliseconds. Default: no limit, because the client keeps trying.
   * @throws the refusal of the server, with its `message` and `data`. @throws {TimeoutError} @throws {DisconnectedError}
   */
  ready({ timeout }: { timeout?: number } = {}): Promise<void> {
    if (this.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        cancel?.();
        this.socket.off('connect', connected);
        this.signal.removeEventListener('abort', ended);
        then();
      };
      const connected = () => settle(resolve);
      const ended = () => settle(() => reject(this.#refusal ?? new DisconnectedError(LOST)));
      const expired = () => settle(() => reject(new TimeoutError(`No connection within ${timeout} ms`)));
      const cancel = timeout === undefined ? undefined : after(timeout, expired);
      this.socket.on('connect', connected);
      this.signal.addEventListener('abort', ended);
      if (this.signal.aborted) ended();
    });
  }

  /** Sends an event without waiting for an answer. Events that are sent while the client is disconnected go out when it reconnects. */
  emit<Event extends EventOf<Server>>(event: Event, ...args: ArgsOf<Server, Event>): this {
    this.socket.emit(event, ...(args as unknown[]));
    return this;
  }

  /**
   * Calls the server's method and resolves with its result: undefined for no value, the value itself for one, an array for several.
   * @throws {ServerRefusal} when the server refuses. @throws {TimeoutError} @throws {DisconnectedError}
   */
  call<Event extends EventOf<Server>>(event: Event, ...args: ArgsOf<Server, Event>): Promise<ResultOf<Server, Event>> {
    return this.timeout(this.#callTimeout).call(event, ...args);
  }

  /** Sets the time limit of one call: `chat.timeout(2000).call('say', 'hello')`. @param milliseconds the limit. */
  timeout(milliseconds: number): TimedCalls<Server> {
    return {
      call: <Event extends EventOf<Server>>(event: Event, ...args: ArgsOf<Server, Event>) =>
        call(this.socket, milliseconds, event, args as unknown[]) as Promise<ResultOf<Server, Event>>,
    };
  }

  /** Runs a task whose signal is aborted when this client ends. Its error goes to `onError`, unless the task was aborted. */
  spawn(task: Task): void {
    const { signal } = this;
    const failed = (error: unknown) => {
      if (!signal.aborted) this.#report(error, 'task');
    };
    try {
      Promise.resolve(task(signal)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Resolves after a time. @param milliseconds the time to wait. @throws `AbortError` when this client ends. */
  sleep(milliseconds: number): Promise<void> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const aborted = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = after(milliseconds, () => {
        signal.removeEventListener('abort', aborted);
        resolve();
      });
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }

  // ---- for user interfaces ----

  /** Notifies subscribers of a change that they may show. The client itself calls it when it connects or disconnects. */
  changed(): void {
    this.#version++;
    for (const listener of [...this.#listeners]) listener();
  }

  /** The number of calls of {@link changed}, which shows user interfaces that the state is a new one. */
  get version(): number {
    return this.#version;
  }

  /** Calls `listener` after every {@link changed}. It is bound, so that it can be passed as a function. @returns a function that unsubscribes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  // ---- received events ----

  #listen(): void {
    const { socket } = this;
    socket.onAny((event: string, ...args: unknown[]) => this.#receive(event, args));
    socket.on('connect', () => {
      this.#hook('onConnect', []);
      this.changed();
    });
    socket.on('connect_error', (error: Error) => {
      this.#hook('onConnectError', [error]);
      if (socket.active) return;
      this.#refusal = error;
      this.#end();
    });
    socket.on('disconnect', (reason: string) => {
      this.#hook('onDisconnect', [reason, socket.active]);
      if (!socket.active) this.#end();
      else this.changed();
    });
  }

  readonly #reconnecting = (attempt: number) => {
    if (this.socket.active) this.#hook('onReconnectAttempt', [attempt]);
  };

  readonly #gaveUp = () => {
    this.#hook('onReconnectFailed', []);
    this.#end();
  };

  /** The manager outlives this namespace if others share it. */
  #watchManager(how: 'on' | 'off'): void {
    const { manager } = this.connection;
    manager.off('reconnect_attempt', this.#reconnecting).off('reconnect_failed', this.#gaveUp);
    if (how === 'on') manager.on('reconnect_attempt', this.#reconnecting).on('reconnect_failed', this.#gaveUp);
  }

  #receive(event: string, args: unknown[]): void {
    const ack = typeof args.at(-1) === 'function' ? (args.pop() as (...answer: unknown[]) => void) : undefined;
    try {
      this.#handlers ??= handlersOf(this, ClientNamespace.prototype);
      const method = this.#handlers.get(fold(event));
      const handled = method ?? (this.#has('onUnhandled') ? 'onUnhandled' : undefined);
      if (handled === undefined) return ack?.(refusal('no_such_method', `The client has no method for "${event}"`));
      const result: unknown = this.#invoke(handled, method === undefined ? [event, ...args] : args);
      if (result instanceof Promise) result.then(answer, (error) => this.#failed(error, event, ack));
      else answer(result);
    } catch (error) {
      this.#failed(error, event, ack);
    }
    function answer(result: unknown): void {
      if (result === undefined) ack?.();
      else ack?.(result);
    }
  }

  #failed(error: unknown, event: string, ack: ((answer: unknown) => void) | undefined): void {
    this.#report(error, event);
    ack?.(refusal('internal_error', 'Internal error'));
  }

  #has(name: string): boolean {
    return typeof Reflect.get(this, name) === 'function';
  }

  #invoke(name: string, args: unknown[]): unknown {
    // Methods are found by name at run time, which the type of the class cannot express.
    const method: unknown = Reflect.get(this, name);
    return typeof method === 'function' ? Reflect.apply(method, this, args) : undefined;
  }

  #hook(name: keyof ClientHooks, args: unknown[]): void {
    if (!this.#has(name)) return;
    try {
      const result = this.#invoke(name, args);
      if (result instanceof Promise) result.catch((error) => this.#report(error, name));
    } catch (error) {
      this.#report(error, name);
    }
  }

  #report(error: unknown, source: string): void {
    if (!this.#has('onError')) return console.error(`${this.constructor.name}, ${source}:`, error);
    try {
      this.#invoke('onError', [error, { source }]);
    } catch (failure) {
      console.error(`${this.constructor.name}.onError:`, failure);
    }
  }

  #end(): void {
    this.connection.remove(this);
    this.#watchManager('off');
    if (this.signal.aborted) return;
    this.#abort.abort();
    this.changed();
  }
}

function refusal(name: string, message: string): object {
  return { error: { name, message } };
}
