import { createServer } from 'node:http';
import { Server } from '@sio/core/compat';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Adapter, SessionAwareAdapter } from 'socket.io-adapter';
import { afterAll, describe, expect, it } from 'vitest';
import { Bus, BusAdapter } from '../support/bus.js';
import { ask, connected, listening, next } from '../support/harness.js';
import { Recorder } from '../support/recorder.js';
import { program, redisClients, stopRedis } from '../support/redis.js';
import { commandsOf } from './commands.mjs';

/** Everything that published adapters are known to touch. A further member has to be looked at, and then added. */
const CONTRACT = [
  'nsp.name',
  'nsp.server',
  'nsp.sockets',
  'nsp._ids',
  'nsp._ids=',
  'nsp._onServerSideEmit',
  'server.encoder',
  'server.opts',
  'socket.acks',
  'socket.client',
  'socket.data',
  'socket.disconnect',
  'socket.handshake',
  'socket.id',
  'socket.join',
  'socket.leave',
  'socket.notifyOutgoingListeners',
  'socket.rooms',
  // Ours, to tell local sockets from remote ones.
  'socket.server',
  // Ours, to hold what is said to the class's schemas.
  'nsp._emits',
  // Ours, for promises that are rejected and that nothing awaits.
  'server.unawaited',
];

type Make = (nsp: unknown) => Adapter;

async function recorded(make: Make, options: object = {}) {
  const recorder = new Recorder();
  const http = createServer();
  const adapter = function adapter(nsp: object) {
    return make(recorder.watch('nsp', nsp));
  };
  const io = new Server(http, { adapter: adapter as never, ...options });
  const { url } = await listening(io as never, http);
  return { io, url, recorder, tell: commandsOf(io as never) };
}

/** Lets an adapter do all that it can do. */
async function exercise(make: Make, options: object = {}) {
  const [a, b] = [await recorded(make, options), await recorded(make, options)];
  const [ann, bob] = [await connected(a.url), await connected(b.url)];
  for (const peer of [ann, bob]) {
    await ask(peer, 'join', ['x', 'y']);
    peer.on('who', (answer: (text: string) => void) => answer('me'));
  }
  const shared = make !== plain && make !== sessionAware;
  while (shared && (await a.tell.servers()) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  a.tell.emit({ to: ['x'], except: ['z'], volatile: true }, 'news', 1);
  const heard = next(ann, 'last');
  a.tell.emit({ to: ['x'] }, 'last', Buffer.of(1));
  await heard;
  await a.tell.ask({ to: ['x'] }, 'who');
  await a.tell.fetch({});
  if (shared) await a.tell.increment(1);
  a.tell.join({}, ['joined']);
  a.tell.leave({}, ['joined']);
  const gone = next(shared ? bob : ann, 'disconnect');
  a.tell.disconnect({}, false);
  await gone;
  return new Set([...a.recorder.seen, ...b.recorder.seen]);
}

const plain: Make = (nsp) => new Adapter(nsp);
const sessionAware: Make = (nsp) => new SessionAwareAdapter(nsp as never);

it.each([
  ['Adapter', () => plain, {}],
  ['SessionAwareAdapter', () => sessionAware, { connectionStateRecovery: {} }],
  [
    'ClusterAdapterWithHeartbeat',
    () => {
      const bus = new Bus();
      return (nsp: unknown) => new BusAdapter(nsp, bus);
    },
    {},
  ],
] as const)('%s finds on a server all that it reads there', async (_name, made, options) => {
  const seen = await exercise(made() as Make, options);
  expect([...seen].filter((name) => !CONTRACT.includes(name))).toEqual([]);
  expect([...seen]).toEqual(expect.arrayContaining(['nsp.name', 'server.encoder', 'socket.client', 'socket.acks']));
});

describe.skipIf(program === undefined)('through Redis', () => {
  it.each([
    ['@socket.io/redis-adapter', ({ pub, sub }: Clients) => createAdapter(pub, sub), {}],
    ['its sharded one', ({ pub, sub }: Clients) => createShardedAdapter(pub, sub), {}],
    [
      '@socket.io/redis-streams-adapter',
      ({ pub }: Clients) => createStreamsAdapter(pub),
      { connectionStateRecovery: {} },
    ],
  ] as const)('%s finds on a server all that it reads there', async (_name, factory, options) => {
    // With connections of its own: servers are told apart by these.
    const clients = await Promise.all([redisClients(), redisClients()]);
    closings.push(...clients.map(({ close }) => close));
    const factories = clients.map((each) => factory(each) as (nsp: unknown) => unknown);
    let made = 0;
    const seen = await exercise((nsp) => factories[made++ % 2]?.(nsp) as Adapter, options);
    expect([...seen].filter((name) => !CONTRACT.includes(name))).toEqual([]);
  });
});

type Clients = Awaited<ReturnType<typeof redisClients>>;

const closings: (() => unknown)[] = [];

afterAll(async () => {
  for (const close of closings) await close();
  await stopRedis();
});
