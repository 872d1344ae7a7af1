// A server whose clients have to wait for a decision. Run on what is built, with a bounded heap.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { answering } from '../../../../test-kit/programs/answering.mjs';
import { Server } from '../../../dist/index.js';

/** Resolves when the test says so: until then a middleware waits for it, as for a database. */
/** @type {() => void} */
let openDoor = () => {};
/** @type {Promise<void>} */
const door = new Promise((resolve) => {
  openDoor = resolve;
});
/** Milliseconds that each event waits. */
const TURN = 3;

const turn = () => new Promise((resolve) => setImmediate(resolve));
let handled = 0;
let wanted = Number.POSITIVE_INFINITY;
/** @type {(value?: undefined) => void} */
let reached = () => {};

function count() {
  if (++handled >= wanted) reached();
}

/** Where events have to wait. @type {Record<string, import('../../../dist/index.js').ServerOptions>} */
const OPTIONS = {
  door: {},
  lookup: {},
  use: {},
  guard: { guards: [(_socket, { type }) => type === 'connect' || after(TURN, true)] },
  serial: { serial: true },
};

const place = process.argv[2] ?? 'door';
const http = createServer();
const io = new Server(http, { pingInterval: 600_000, maxPendingEvents: 1e9, ...OPTIONS[place] });

/** @param {import('../../../dist/index.js').Hub} hub */
function serve(hub) {
  if (place === 'door') hub.use((_socket, next) => void door.then(() => next()));
  hub.on('connection', (socket) => {
    if (place === 'use')
      socket.use(async (_event, next) => {
        await door;
        next();
      });
    socket.on('work', async () => {
      if (place === 'serial') await after(TURN);
      count();
    });
  });
}

serve(io.of('/'));
if (place === 'lookup')
  io.of((_name, _auth, next) => void door.then(() => next(null, true))).on('connection', (socket) =>
    socket.on('work', count),
  );
else for (const name of ['/a', '/b', '/c']) serve(io.of(name));

answering({
  async start() {
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return /** @type {import('node:net').AddressInfo} */ (http.address()).port;
  },
  /** Resolves when a connection is read no further. */
  async paused() {
    while (![...io.engine.clients.values()].some((conn) => conn.readingPaused)) await turn();
  },
  open: () => openDoor(),
  /** @param {number} events resolves when so many have been handled. */
  handled(events) {
    wanted = events;
    if (handled >= wanted) return handled;
    return new Promise((resolve) => {
      reached = () => resolve(handled);
    });
  },
  /** Bytes of memory at the worst moment. */
  peak: () => process.resourceUsage().maxRSS * 1024,
});
