// A shop that a process manager ends with SIGTERM. Run on what is built.
import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { acks, Namespace, socketio } from '../../../dist/index.js';

/** The file that outlives the process: a line for each order. */
const store = await open(/** @type {string} */ (process.argv[2]), 'a');

class Shop extends Namespace {
  /** @param {string} order */
  async onOrder(order) {
    await store.appendFile(`${order}\n`);
    return acks(order);
  }
}

const http = createServer();
const { io } = socketio({ '/': Shop }, { pingInterval: 60_000 }).attach(http);
// By this the balancer knows whose session it is, as others do by a cookie.
io.engine.generateId = () => `shop-${process.pid}-${randomUUID()}`;

process.once('SIGTERM', async () => {
  const drained = await io.drain({ deadline: 15_000, jitter: 100 });
  await io.close();
  await store.close();
  process.send?.({ drained }, () => process.disconnect());
});

http.listen(0, '127.0.0.1', () => {
  process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (http.address()).port });
});
