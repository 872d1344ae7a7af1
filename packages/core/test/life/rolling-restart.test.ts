import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Version } from '@sio/test-kit';
import { jsonp25, jsonp48 } from '@sio/test-kit/jsonp';
import { expect, it, onTestFinished } from 'vitest';
import { Balancer } from './support/balancer.js';
import { Buyer, type Customer } from './support/buyer.js';
import { ShopProcess } from './support/shop.js';

const PERSISTENT = { reconnection: true, reconnectionDelay: 5, reconnectionDelayMax: 20, forceNew: true };
/** Clients of 0.9 do not wait for an attempt to end before they make the next. */
const PATIENT = { 'reconnection delay': 500 };

function official(version: Version, ...transports: string[]): readonly [string, (url: string) => Customer] {
  return [`${version} ${transports}`, (url) => connect(version, url, { ...PERSISTENT, ...PATIENT, transports })];
}

const KINDS: readonly (readonly [name: string, come: (url: string) => Customer])[] = [
  official('4.8.4', 'websocket'),
  official('4.8.4', 'polling'),
  official('4.8.4', 'polling', 'websocket'),
  official('2.5.0', 'websocket'),
  official('2.5.0', 'polling'),
  official('0.9.17', 'websocket'),
  official('0.9.17', 'xhr-polling'),
  official('0.9.17', 'jsonp-polling'),
  ...[jsonp48, jsonp25].map(
    ({ name, connect }) =>
      [
        `${name} jsonp`,
        (url: string) => {
          const client = connect(url, PERSISTENT);
          onTestFinished(() => void client.disconnect());
          return client;
        },
      ] as const,
  ),
];
/**
 * 0.9 over polling may not get back in: when it is told to reconnect while a POST of its is under way, it buffers a goodbye
 * and begins its next session with it, again and again. Its orders count all the same.
 */
const returns = (name: string) => !/^0\.9\.17 .*polling/.test(name);
const CLIENTS_OF_EACH = 3;
const PROCESSES = 2;
/** How often each process is replaced. */
const ROUNDS = 2;
/** Orders of each client between two restarts. */
const ORDERS = 5;

it('processes that SIGTERM replaces under load have stored once what they acknowledged, and clients come back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shop-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const store = join(folder, 'orders');
  const balancer = await Balancer.start();
  const addShop = async () => {
    const shop = await ShopProcess.start(store);
    balancer.add(shop);
    return shop;
  };
  const shops: ShopProcess[] = [];
  while (shops.length < PROCESSES) shops.push(await addShop());
  const buyers = KINDS.flatMap(([name, come]) =>
    Array.from({ length: CLIENTS_OF_EACH }, (_, index) => new Buyer(`${name} ${index}`, come(balancer.url))),
  );
  await Promise.all(buyers.map((buyer) => buyer.served(ORDERS)));
  const returning = buyers.filter(({ name }) => returns(name));
  for (let restarts = 0; restarts < PROCESSES * ROUNDS; restarts++) {
    const old = shops.shift() as ShopProcess;
    shops.push(await addShop());
    balancer.retire(old);
    const end = await old.terminate();
    expect(end).toEqual({ code: 0, signal: null, drained: { closed: expect.any(Number), cut: 0 } });
    expect(end.drained.closed).toBeGreaterThan(0);
    // The process is no more: who is served now has come back.
    await Promise.all(returning.map((buyer) => buyer.served(ORDERS)));
  }
  const acknowledged = buyers.flatMap((buyer) => [...buyer.acknowledged]);
  const written = (await readFile(store, 'utf8')).trim().split('\n');
  expect(acknowledged.length).toBeGreaterThanOrEqual(returning.length * ORDERS * (PROCESSES * ROUNDS + 1));
  expect(acknowledged.filter((order) => !written.includes(order))).toEqual([]);
  // Each order that a process had begun is acknowledged: no client had to order again.
  const twice = written.filter((order, index) => written.indexOf(order) !== index);
  expect(twice.filter(returns)).toEqual([]);
}, 120_000);
