import type { Socket } from 'socket.io-client';
import { after } from './after.js';
import { CALL_TIMEOUT, call } from './call.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { DisconnectedError, TimeoutError } from './errors.js';
import type { ArgsOf, EventOf, ResultOf, ServerClass } from './types.js';

/** Options of {@link SimpleClient.connect}: those of `socket.io-client`, and its own. */
export interface SimpleClientOptions extends ConnectionOptions {
  /** The namespace. Default: `/`. */
  readonly namespace?: string;
  /** Milliseconds that {@link SimpleClient.connect} waits for the server. Default: 20 000. */
  readonly connectTimeout?: number;
  /** Milliseconds that {@link SimpleClient.call} waits for an acknowledgement. Default: 60 000. */
  readonly callTimeout?: number;
  /** The number of received events that may wait for {@link SimpleClient.receive}; one more closes the connection. Default: 10 000. */
  readonly maxWaiting?: number;
}

/** A received event: its name, then its arguments. */
export type ReceivedEvent = [event: string, ...args: unknown[]];

interface Receiver {
  readonly resolve: (event: ReceivedEvent) => void;
  readonly reject: (error: Error) => void;
}

const CONNECT_TIMEOUT = 20_000;
const MAX_WAITING = 10_000;

/**
 * A client for scripts and tests that run from top to bottom: connect, emit, call, receive, disconnect. It reconnects by itself.
 */
export class SimpleClient<Server extends ServerClass = never> {
  /** The official client's socket. */
  readonly socket: Socket;
  readonly #connection: Connection;
  readonly #callTimeout: number;
  readonly #maxWaiting: number;
  readonly #waiting: ReceivedEvent[] = [];
  readonly #receivers: Receiver[] = [];
  /** Callbacks of calls that wait until the client is connected, or does not reconnect. */
  readonly #connecting = new Set<() => void>();
  #ended: DisconnectedError | undefined;
  #refused: Error | undefined;

  private constructor(server: string, { namespace = '/', callTimeout, maxWaiting, ...options }: SimpleClientOptions) {
    this.#callTimeout = callTimeout ?? CALL_TIMEOUT;
    this.#maxWaiting = maxWaiting ?? MAX_WAITING;
    this.#connection = new Connection(server, options);
    const socket = this.#connection.manager.socket(namespace, options);
    this.socket = socket;
    socket.onAny((event: string, ...args: unknown[]) => this.#received([event, ...args]));
    socket.on('connect', () => this.#settled());
    socket.on('connect_error', (error: Error) => {
      this.#refused = error;
      if (!socket.active) this.#end(error.message);
    });
    socket.on('disconnect', (reason: string) => {
      if (!socket.active) this.#end(reason);
    });
    this.#connection.manager.on('reconnect_failed', () => this.#end('reconnect failed'));
  }

  /**
   * Connects, and resolves when the server has accepted the namespace.
   * @throws the server's refusal, with `message` and `data`. @throws {TimeoutError} when the server does not answer in time.
   */
  static async connect<Server extends ServerClass = never>(
    server: string,
    options: SimpleClientOptions = {},
  ): Promise<SimpleClient<Server>> {
    const client = new SimpleClient<Server>(server, options);
    const timeout = options.connectTimeout ?? CONNECT_TIMEOUT;
    client.socket.connect();
    try {
      await client.#connected(timeout);
    } catch (error) {
      client.disconnect();
      if (error instanceof TimeoutError) {
        const why = client.#refused === undefined ? '' : `; the last attempt failed: ${client.#refused.message}`;
        throw new TimeoutError(`No connection to ${server} within ${timeout} ms${why}`, { cause: client.#refused });
      }
      throw client.#refused ?? error;
    }
    return client;
  }

  /** The socket id that the server assigned to this client, or undefined while it is disconnected. */
  get sid(): string | undefined {
    return this.socket.id;
  }

  /** The name of the current transport, or undefined while there is no connection. */
  get transport(): string | undefined {
    return this.#connection.transport;
  }

  /** Whether the client is connected. */
  get connected(): boolean {
    return this.socket.connected;
  }

  /** Sends an event; waits for a reconnection if the client is disconnected. @throws {DisconnectedError} if the client does not reconnect. */
  async emit<Event extends EventOf<Server>>(event: Event, ...args: ArgsOf<Server, Event>): Promise<void> {
    await this.#connected();
    this.socket.emit(event, ...(args as unknown[]));
  }

  /**
   * Calls the server's method and resolves with its result; waits for a reconnection if the client is disconnected.
   * @throws {ServerRefusal} when the server refuses. @throws {TimeoutError} @throws {DisconnectedError}
   */
  async call<Event extends EventOf<Server>>(
    event: Event,
    ...args: ArgsOf<Server, Event>
  ): Promise<ResultOf<Server, Event>> {
    await this.#connected(this.#callTimeout);
    return (await call(this.socket, this.#callTimeout, event, args as unknown[])) as ResultOf<Server, Event>;
  }

  /**
   * Resolves with the next event in the order of arrival: its name, its arguments, and a callback as the last element if the server waits for
   * an acknowledgement. Events that arrived before a disconnection can still be received after it.
   * @param options `timeout` is the longest time to wait, in milliseconds. Default: no limit.
   * @throws {TimeoutError} @throws {DisconnectedError} when no event is left and the client does not reconnect.
   */
  receive({ timeout }: { timeout?: number } = {}): Promise<ReceivedEvent> {
    const next = this.#waiting.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const expired = () => {
        this.#receivers.splice(this.#receivers.indexOf(receiver), 1);
        reject(new TimeoutError(`No event within ${timeout} ms`));
      };
      const cancel = timeout === undefined ? undefined : after(timeout, expired);
      const receiver: Receiver = {
        resolve: (event) => {
          cancel?.();
          resolve(event);
        },
        reject: (error) => {
          cancel?.();
          reject(error);
        },
      };
      this.#receivers.push(receiver);
    });
  }

  /** Closes the connection. The client does not reconnect. */
  disconnect(): void {
    this.socket.disconnect();
    this.#end('io client disconnect');
  }

  #received(event: ReceivedEvent): void {
    const receiver = this.#receivers.shift();
    if (receiver !== undefined) receiver.resolve(event);
    else if (this.#waiting.length < this.#maxWaiting) this.#waiting.push(event);
    else {
      this.#end(`inbox full: more than ${this.#maxWaiting} events wait for receive()`);
      this.socket.disconnect();
    }
  }

  #connected(timeout?: number): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.socket.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        cancel?.();
        this.#connecting.delete(look);
        then();
      };
      const look = () => {
        const ended = this.#ended;
        settle(ended === undefined ? resolve : () => reject(ended));
      };
      const expired = () => settle(() => reject(new TimeoutError(`No connection within ${timeout} ms`)));
      const cancel = timeout === undefined ? undefined : after(timeout, expired);
      this.#connecting.add(look);
    });
  }

  #settled(): void {
    for (const look of [...this.#connecting]) look();
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = new DisconnectedError(reason);
    for (const receiver of this.#receivers.splice(0)) receiver.reject(this.#ended);
    this.#settled();
  }
}
