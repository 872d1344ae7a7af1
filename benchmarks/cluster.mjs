import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { WebSocket } from 'ws';
import { Child } from './lib/child.mjs';

/**
 * Two servers on one Redis: the CPU time that a message costs them, beside socket.io with its Redis adapter. `npm run bench -- cluster`
 *
 * - single: a server emits to a room with clients on both, one message at a time; the CPU time of both, by message and client.
 * - burst: the same with fifty messages in one turn of the event loop.
 * - unneeded: a server emits to a room that has clients there only; the CPU time of the *other* server, by message.
 */
const ROUNDS = 5;
const CLIENTS = 50;
const MESSAGES = 2000;
const BATCH = 50;
const SINGLE = 2000;
const LIBRARIES = /** @type {const} */ (['socketio', 'sio']);

/** @typedef {{ port: number, call: (name: string, argument?: unknown) => Promise<any>, end: () => Promise<void> }} Node */

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

async function startRedis() {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
  for await (const line of child.stdout) if (String(line).includes('Ready to accept connections')) break;
  child.stdout.resume();
  return { url: `redis://127.0.0.1:${port}`, end: () => void child.kill('SIGKILL') };
}

/** @param {string} library @param {string} redis @returns {Promise<Node>} */
async function startNode(library, redis) {
  const child = new Child(new URL('./servers/host.mjs', import.meta.url), ['--expose-gc']);
  const settings = { handlers: ['rooms'], redis };
  const { port } = await child.ask('start', { server: `${library}-redis`, settings });
  return { port, call: (name, argument) => child.ask(name, argument), end: () => child.stop() };
}

/** A client that has joined a room and counts what it hears. @param {Node} node @param {string} room */
async function join({ port }, room) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  let heard = 0;
  /** @type {(() => void) | undefined} */
  let reached;
  let goal = 0;
  const joined = new Promise((resolve) => {
    socket.on('message', (/** @type {Buffer} */ data) => {
      const text = data.toString();
      if (text === '2') socket.send('3');
      else if (text.startsWith('0')) socket.send('40');
      else if (text.startsWith('40')) socket.send(`420["join","${room}"]`);
      else if (text.startsWith('430')) resolve(undefined);
      else if (text.startsWith('42') && ++heard === goal) reached?.();
    });
  });
  await joined;
  return {
    /** @param {number} count */
    hears(count) {
      goal = count;
      if (heard >= goal) return Promise.resolve();
      return new Promise((resolve) => {
        reached = () => resolve(undefined);
      });
    },
    end: () => socket.terminate(),
  };
}

/** CPU time (µs) of one library. @param {string} library */
async function measure(library) {
  const redis = await startRedis();
  const nodes = [await startNode(library, redis.url), await startNode(library, redis.url)];
  const [here, there] = /** @type {[Node, Node]} */ (nodes);
  for (const node of nodes) while ((await node.call('servers')) < 2);
  const both = await Promise.all(nodes.flatMap((node) => Array.from({ length: CLIENTS }, () => join(node, 'both'))));
  const local = await join(here, 'local');
  /** @param {string} room @param {number} count @param {{ hears: (count: number) => Promise<unknown> }[]} clients @param {number} before @param {number} batch */
  const emit = async (room, count, clients, before, batch = BATCH) => {
    for (let n = batch; n <= count; n += batch) {
      const all = Promise.all(clients.map((client) => client.hears(before + n)));
      await here.call('emit', { room, event: 'news', count: batch });
      await all;
    }
  };
  await emit('both', MESSAGES, both, 0);
  await emit('both', SINGLE, both, MESSAGES, 1);
  /** @param {Node} node @returns {Promise<number>} */
  const cpuOf = async (node) => {
    const { user, system } = await node.call('read');
    return user + system;
  };
  const cpu = () => Promise.all(nodes.map(cpuOf));
  const before = await cpu();
  await emit('both', MESSAGES, both, MESSAGES + SINGLE);
  const middle = await cpu();
  await emit('both', SINGLE, both, 2 * MESSAGES + SINGLE, 1);
  const after = await cpu();
  await emit('local', MESSAGES, [local], 0);
  const quiet = await cpuOf(there);
  await emit('local', MESSAGES * 5, [local], MESSAGES);
  const spent = (await cpuOf(there)) - quiet;
  for (const client of [...both, local]) client.end();
  await Promise.all(nodes.map((node) => node.end()));
  redis.end();
  /** @param {number[]} from @param {number[]} to */
  const total = ([a = 0, b = 0], [c = 0, d = 0]) => c + d - a - b;
  return {
    burst: total(before, middle) / (MESSAGES * both.length),
    single: total(middle, after) / (SINGLE * both.length),
    unneeded: spent / (MESSAGES * 5),
  };
}

/** @param {number[]} values */
const median = (values) => /** @type {number} */ ([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]);

/** @type {Record<string, { burst: number, single: number, unneeded: number }[]>} */
const results = { socketio: [], sio: [] };
for (let round = 0; round < ROUNDS; round++) {
  const order = round % 2 === 0 ? LIBRARIES : [...LIBRARIES].reverse();
  for (const library of order) results[library]?.push(await measure(library));
}
for (const what of /** @type {const} */ (['single', 'burst', 'unneeded'])) {
  const [theirs, ours] = LIBRARIES.map((library) => (results[library] ?? []).map((each) => each[what]));
  const ratios = (ours ?? []).map((value, round) => value / /** @type {number[]} */ (theirs)[round]);
  console.log(
    `${what}: socket.io ${median(theirs ?? []).toFixed(2)} µs, sio ${median(ours ?? []).toFixed(2)} µs, ` +
      `ratio ${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`,
  );
}
process.exit();
