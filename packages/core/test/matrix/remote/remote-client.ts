import { EventEmitter } from 'node:events';
import type { Client, ConnectOptions } from '@sio/test-kit';
import { onTestFinished } from 'vitest';
import type { ConnectOrder, News, Order } from './orders.js';
import { fromRemote, toRemote } from './values.js';

/** Events that any of the tests listens to: listened to from the start, so that nothing is missed on the way. */
export const EVENTS = [
  'connect',
  'disconnect',
  'error',
  'echoed',
  'said',
  'ask',
  'answered',
  'counted',
  'drop',
  'last',
];

/** Where clients live that are no objects of this process. */
export abstract class RemoteClients {
  readonly version: string;
  readonly #clients: RemoteClient[] = [];
  #orders: Order[] = [];

  protected constructor(version: string) {
    this.version = version;
  }

  /** Has orders carried out, in this order. */
  protected abstract carryOut(orders: readonly Order[]): Promise<unknown>;
  /** The options for a client of this version. */
  protected abstract prepare(url: string, options: ConnectOptions): Pick<ConnectOrder, 'url' | 'options'>;

  /** The client's socket for `url`, not yet connected. It leaves when the test is over. */
  connect(url: string, options: ConnectOptions): Client {
    const client = new RemoteClient(this, this.#clients.length);
    this.#clients.push(client);
    this.order({ do: 'connect', client: client.number, ...this.prepare(url, options) });
    onTestFinished(async () => {
      client.disconnect();
      await this.#flush();
    });
    return client;
  }

  /** Orders of one turn go out together. */
  order(order: Order): void {
    if (this.#orders.push(order) === 1) queueMicrotask(() => void this.#flush());
  }

  #flush(): Promise<unknown> {
    const orders = this.#orders;
    this.#orders = [];
    return this.carryOut(orders);
  }

  protected hear(news: readonly News[]): void {
    const answer = (id: number, args: unknown[]) => this.order({ do: 'answer', answer: id, args: args.map(toRemote) });
    for (const { client, event, asked, args } of news) {
      const values = args.map((value) => fromRemote(value, answer));
      this.#clients[client]?.hear(event ?? `answer ${asked}`, values);
    }
  }
}

/** An official client that lives elsewhere. */
class RemoteClient implements Client {
  readonly raw = new EventEmitter();
  readonly number: number;
  readonly #home: RemoteClients;
  #asked = 0;

  constructor(home: RemoteClients, number: number) {
    this.#home = home;
    this.number = number;
  }

  get version(): string {
    return this.#home.version;
  }

  hear(event: string, args: unknown[]): void {
    // It needs no listener.
    if (event !== 'error' || this.raw.listenerCount('error') > 0) this.raw.emit(event, ...args);
  }

  on(event: string, listener: (...args: any[]) => void): void {
    this.raw.on(event, listener);
  }

  next(event: string): Promise<any[]> {
    return new Promise((resolve) => this.raw.once(event, (...args) => resolve(args)));
  }

  emit(...args: unknown[]): void {
    this.#home.order({ do: 'emit', client: this.number, args: args.map(toRemote) });
  }

  send(...args: unknown[]): void {
    this.emit('message', ...args);
  }

  ask(...args: unknown[]): Promise<any[]> {
    const ask = this.#asked++;
    const answered = this.next(`answer ${ask}`);
    this.#home.order({ do: 'emit', client: this.number, args: args.map(toRemote), ask });
    return answered;
  }

  disconnect(): void {
    this.#home.order({ do: 'leave', client: this.number });
  }
}
