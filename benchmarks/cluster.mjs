import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { WebSocket } from 'ws';
import { Child } from './lib/child.mjs';

/**
 * Two servers on one Redis: the CPU time that a message costs them, beside socket.io with its Redis adapter and
 * the floor. `npm run bench -- cluster`
 *
 * - single: a server emits to a room with clients on both, one message at a time; the CPU time of both, by message and client.
 * - burst: the same with fifty messages in one turn of the event loop.
 * - unneeded: a server emits to a room that has clients there only; the CPU time of the *other* server, by message. The floor has one channel
 *   for all rooms, so that its figure says nothing here.
 *
 * The servers of all three run all the time and take turns of a few milliseconds, so that each has the same share of a busy machine.
 * A round is the sum of its turns.
 */
const ROUNDS = 7;
const CLIENTS = 50;
const BATCH = 50;
const LIBRARIES = /** @type {const} */ (['socketio', 'sio', 'floor']);

/**
 * Turns of a round, messages of a turn, and messages of one turn of the servers' event loop. A server without work needs many messages, or
 * its heartbeats are all that is measured.
 */
const WORK = /** @type {const} */ ({
  single: { room: 'both', turns: 24, count: 50, batch: 1, warmUp: 10_000 },
  burst: { room: 'both', turns: 12, count: 200, batch: BATCH, warmUp: 4000 },
  unneeded: { room: 'local', turns: 2, count: 10_000, batch: BATCH, warmUp: 10_000 },
});
const MEASURES = /** @type {(keyof typeof WORK)[]} */ (Object.keys(WORK));

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

/** A client that has joined a room and counts the messages that come. @param {Node} node @param {string} room */
async function join({ port }, room) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  let heard = 0;
  let goal = 0;
  /** @type {(() => void) | undefined} */
  let reached;
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
    /** Resolves when so many more have come. @param {number} count */
    hears(count) {
      goal += count;
      if (heard >= goal) return Promise.resolve();
      return new Promise((resolve) => {
        reached = () => resolve(undefined);
      });
    },
    end: () => socket.terminate(),
  };
}

/** Two servers of a library with their Redis and their clients. @param {string} library */
async function startPair(library) {
  const redis = await startRedis();
  const nodes = [await startNode(library, redis.url), await startNode(library, redis.url)];
  const [here, there] = /** @type {[Node, Node]} */ (nodes);
  for (const node of nodes) while ((await node.call('servers')) < 2);
  const both = await Promise.all(nodes.flatMap((node) => Array.from({ length: CLIENTS }, () => join(node, 'both'))));
  const local = [await join(here, 'local')];
  const clients = { both, local };

  /** @param {Node} node @returns {Promise<number>} */
  const cpuOf = async (node) => {
    const { user, system } = await node.call('read');
    return user + system;
  };
  /** CPU time (µs) of the servers in question. @param {keyof typeof WORK} what */
  const cpu = async (what) => {
    if (what === 'unneeded') return cpuOf(there);
    const [first, second] = await Promise.all([cpuOf(here), cpuOf(there)]);
    return first + second;
  };

  return {
    /** CPU time (µs) of one turn. @param {keyof typeof WORK} what */
    async turn(what) {
      const { room, count, batch } = WORK[what];
      const before = await cpu(what);
      for (let n = 0; n < count; n += batch) {
        const all = Promise.all(clients[room].map((client) => client.hears(batch)));
        await here.call('emit', { room, event: 'news', count: batch });
        await all;
      }
      return (await cpu(what)) - before;
    },
    async end() {
      for (const client of [...both, ...local]) client.end();
      await Promise.all(nodes.map((node) => node.end()));
      redis.end();
    },
  };
}

/** @param {number[]} values */
const median = (values) => /** @type {number} */ ([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]);

/** Deliveries of a round; messages where nothing is delivered. @param {keyof typeof WORK} what */
const unitsOf = (what) => (what === 'unneeded' ? 1 : 2 * CLIENTS) * WORK[what].count * WORK[what].turns;

/** Its share of the time of socket.io. @param {'sio' | 'floor'} library @param {{ socketio: number, sio: number, floor: number }[]} results */
const ratiosOf = (library, results) => {
  const ratios = results.map((spent) => spent[library] / spent.socketio);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return `${library} ${median(ratios).toFixed(3)} (${least.toFixed(3)} to ${most.toFixed(3)})`;
};

const pairs = { socketio: await startPair('socketio'), sio: await startPair('sio'), floor: await startPair('floor') };
for (const library of LIBRARIES) {
  for (const what of MEASURES) {
    // The engine compiles what runs often.
    for (let n = 0; n < WORK[what].warmUp; n += WORK[what].count) await pairs[library].turn(what);
  }
}
for (const what of MEASURES) {
  /** @type {Record<keyof typeof pairs, number>[]} */
  const results = [];
  for (let round = 0; round < ROUNDS; round++) {
    const spent = { socketio: 0, sio: 0, floor: 0 };
    for (let n = 0; n < WORK[what].turns; n++) {
      const order = n % 2 === 0 ? LIBRARIES : [...LIBRARIES].reverse();
      for (const library of order) spent[library] += await pairs[library].turn(what);
    }
    results.push(spent);
  }
  const theirs = median(results.map(({ socketio }) => socketio)) / unitsOf(what);
  console.log(`${what}: socket.io ${theirs.toFixed(2)} µs, ${ratiosOf('sio', results)}, ${ratiosOf('floor', results)}`);
}
for (const library of LIBRARIES) await pairs[library].end();
process.exit();
