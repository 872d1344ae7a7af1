import { acks, Namespace } from '@sio/core';
import { expect, it } from 'vitest';
import { type Client, connect, type Version } from '../dialect/support/clients.js';
import { startClasses } from '../dialect/support/server.js';
import { Balancer } from './support.js';

const KINDS: readonly (readonly [Version, string[]])[] = [
  ['4.8.4', ['websocket']],
  ['4.8.4', ['polling']],
  ['4.8.4', ['polling', 'websocket']],
  ['2.5.0', ['websocket']],
  ['2.5.0', ['polling']],
  ['0.9.17', ['websocket']],
  ['0.9.17', ['xhr-polling']],
];
const CLIENTS_OF_EACH = 3;
const RESTARTS = 3;
/** Clients of 0.9 do not wait for an attempt to end before they make the next. */
const PATIENCE = { 'reconnection delay': 500 };
/** Orders of each client between two restarts. */
const ORDERS = 10;

/** Gives one order after the other, each again until it is acknowledged, and counts. */
class Buyer {
  readonly acknowledged = new Set<string>();
  readonly #client: Client;
  readonly #name: string;
  #order: string | undefined;
  #whenServed: { by: number; orders: number; resolve: () => void } | undefined;

  constructor(name: string, client: Client) {
    this.#name = name;
    this.#client = client;
    client.on('connect', () => this.#place());
  }

  #place(): void {
    const order = this.#order ?? `${this.#name} ${this.acknowledged.size}`;
    this.#order = order;
    this.#client.emit('order', order, (confirmed: string, server: number) => {
      if (confirmed !== this.#order) return;
      this.acknowledged.add(confirmed);
      this.#order = undefined;
      this.#count(server);
      this.#place();
    });
  }

  leave(): void {
    this.#client.disconnect();
  }

  #count(server: number): void {
    const waiting = this.#whenServed;
    if (waiting === undefined || server !== waiting.by) return;
    if (--waiting.orders === 0) waiting.resolve();
  }

  /** Resolves after so many orders that this server has taken. */
  served(by: number, orders: number): Promise<void> {
    return new Promise((resolve) => {
      this.#whenServed = { by, orders, resolve };
    });
  }
}

it('a rolling restart under load loses nothing that was acknowledged, and leaves nobody without an answer', async () => {
  /** How often each order was taken. */
  const database = new Map<string, number>();
  const balancer = await Balancer.start();
  const start = async (number: number) => {
    class Shop extends Namespace {
      async onOrder(order: string) {
        // As long as a database may take.
        for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
        database.set(order, (database.get(order) ?? 0) + 1);
        return acks(order, number);
      }
    }
    const server = await startClasses({ '/': Shop }, { pingInterval: 60_000 });
    balancer.use(server);
    return server;
  };
  let server = await start(0);
  const buyers = KINDS.flatMap(([version, transports]) =>
    Array.from({ length: CLIENTS_OF_EACH }, (_, index) => {
      const options = { transports, reconnection: true, reconnectionDelay: 5, reconnectionDelayMax: 20, ...PATIENCE };
      return new Buyer(`${version} ${transports} ${index}`, connect(version, balancer.url, options));
    }),
  );
  await Promise.all(buyers.map((buyer) => buyer.served(0, ORDERS)));
  for (let restart = 1; restart <= RESTARTS; restart++) {
    const old = server;
    const moved = buyers.map((buyer) => buyer.served(restart, ORDERS));
    server = await start(restart);
    expect(await old.io.drain({ jitter: 100, deadline: 15_000 })).toMatchObject({ cut: 0 });
    await old.io.close();
    await Promise.all(moved);
  }
  for (const buyer of buyers) buyer.leave();
  const acknowledged = buyers.flatMap((buyer) => [...buyer.acknowledged]);
  expect(acknowledged.length).toBeGreaterThanOrEqual(buyers.length * ORDERS * (RESTARTS + 1));
  expect(acknowledged.filter((order) => !database.has(order))).toEqual([]);
  // Whatever a server had begun, its client has heard of: nobody had to order anything again.
  expect([...database].filter(([, taken]) => taken > 1)).toEqual([]);
}, 60_000);
