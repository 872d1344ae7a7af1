// A server of a cluster in a process of its own, which a test may kill. Driven over the channel to the test.
import { createServer } from 'node:http';
import { cluster } from '@sio/cluster';
import { nats } from '@sio/cluster/nats';
import { postgres } from '@sio/cluster/postgres';
import { presence } from '@sio/cluster/presence';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core';
import { connect } from 'nats';
import { Client } from 'pg';
import { createClient } from 'redis';

const [broker, name, prefix, recovery] = /** @type {[string, string, string, string?]} */ (process.argv.slice(2));
/** Several for a cluster of NATS: the first one that takes the connection. */
const servers = broker.split(',');
/** @type {import('nats').NatsConnection | undefined} */
let connection;
async function connectToNats() {
  connection = await connect({ servers, noRandomize: true, reconnect: false });
  return connection;
}
/** @type {Record<string, () => import('@sio/cluster').ClusterEngine>} */
const engines = {
  'nats:': () => nats(connectToNats, { replicas: servers.length }),
  'postgres:': () => postgres(() => new Client({ connectionString: broker })),
  'redis:': () => redis(createClient({ url: broker })),
};
const engine =
  engines[new URL(/** @type {string} */ (servers[0])).protocol]?.() ?? fail(`There is no engine for ${broker}`);
/** @param {string} text @returns {never} */
function fail(text) {
  throw new Error(text);
}

const http = createServer();
const address = () => /** @type {import('node:net').AddressInfo} */ (http.address()).port;
const io = new Server(http, {
  allowEIO3: true,
  connectionStateRecovery: recovery !== undefined,
  adapter: cluster(engine, { name, prefix, url: () => `http://127.0.0.1:${address()}` }),
});
/** @type {{ token: string, sent: number, reason: string }[]} */
const streams = [];
let tokens = 0;
io.on('connection', (socket) => {
  const joined = socket.join('everybody');
  socket.on('in', async (done) => {
    await joined;
    done();
  });
  socket.on('echo', (value, done) => done(value));
  socket.on('gap', (done) => done(socket.recoveryGap));
  socket.on('node', (done) => done(name));
  socket.on('write', async (/** @type {unknown[]} */ values, /** @type {() => void} */ done) => {
    io.to('everybody').emit('written', ...values);
    await own.stored();
    done();
  });
  // Everything that is sent to this socket, until its end is announced.
  const events = { token: `${name} ${++tokens}`, sent: 0, reason: '' };
  socket.on('stream', () => {
    streams.push(events);
    const timer = setInterval(() => socket.emit('numbered', events.token, ++events.sent), 20);
    socket.on('disconnect', (reason) => {
      clearInterval(timer);
      events.reason += reason;
    });
  });
  socket.on('say', (value) => io.to('everybody').emit('said', value));
});

const people = presence(io.of('/'), {
  user: ({ handshake }) => /** @type {string | undefined} */ (handshake.query.user),
  grace: 200,
});
/** @type {string[]} */
const told = [];
people.on('join', (user) => told.push(`join ${user}`));
people.on('leave', (user) => told.push(`leave ${user}`));

const own = /** @type {NonNullable<typeof io.cluster>} */ (io.cluster);

/** @param {'joined' | 'left'} event @param {() => boolean} condition */
const until = async (event, condition) => {
  while (!condition()) await new Promise((resolve) => own.on(event, resolve));
};

/** @type {Record<string, (argument: any) => unknown>} */
const commands = {
  told: () => told,
  leads: () => people.leads,
  hears: async (/** @type {string} */ what) => {
    while (!told.includes(what))
      await new Promise((resolve) => people.on(/** @type {string} */ (what.split(' ')[0]), resolve));
  },
  joined: (count) => until('joined', () => own.nodes.length >= count),
  left: (count) => until('left', () => own.nodes.length <= count),
  emit: ([event, ...args]) => io.emit(event, ...args),
  reachable: async () => {
    const { sockets, silent } = await io.fetchSockets({ partial: true });
    return { sockets: sockets.length, silent };
  },
  clients: () => io.engine.clientsCount,
  passages: () => io.engine.passages.size,
  streams: () => streams,
  drain: (options) => io.drain(options),
  broker: () => connection?.getServer(),
};
process.on(
  'message',
  async (/** @type {{ id: number, name: string, argument: unknown }} */ { id, name: call, argument }) => {
    try {
      process.send?.({ id, value: await commands[call]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  },
);
process.on('disconnect', () => process.exit());
http.listen(0, '127.0.0.1', () => process.send?.({ port: address() }));
