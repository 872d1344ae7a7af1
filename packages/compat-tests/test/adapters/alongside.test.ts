import { once } from 'node:events';
import { createServer } from 'node:http';
import { type ClusterOptions, cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core/compat';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server as TheirServer } from 'socket.io';
import { io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, connected, next, record } from '../support/harness.js';
import { program, redisClients, stopRedis } from '../support/redis.js';
import { commandsOf } from './commands.mjs';
import { type ClusterNode, clusterSuite } from './suite.js';

/** How a server of the fleet reaches the others: a server moves from the first to the last. */
type Kind = 'published' | 'both' | 'cluster';

type Clients = Awaited<ReturnType<typeof redisClients>>;
/** Makes the adapter that the fleet has. */
type MakePublished = (clients: Clients, key: string, ends: (() => unknown)[]) => (hub: never) => object;

const pubSub: MakePublished = ({ pub, sub }, key) => createAdapter(pub, sub, { key });

function sharded(subscriptionMode: 'static' | 'dynamic' | 'dynamic-private', ioredis: boolean): MakePublished {
  return ({ pub, sub, url }, key, ends) => {
    const [first, second] = ioredis ? withIoRedis(url, ends) : [pub, sub];
    return createShardedAdapter(first, second, { channelPrefix: key, subscriptionMode });
  };
}

/** Connections of the other client. */
function withIoRedis(url: string, ends: (() => unknown)[]): [Redis, Redis] {
  const clients: [Redis, Redis] = [new Redis(url), new Redis(url)];
  for (const client of clients) ends.push(() => client.disconnect());
  return clients;
}

/** A reader of a stream begins with the first message after it has started, which nothing else tells. */
async function isHeard(sender: ClusterNode, hearer: ClusterNode): Promise<void> {
  // The helpers of tests end their clients with a test; this is before the first one.
  const peer = connectTo(hearer.url, { forceNew: true });
  const heard = record(peer, 'ready');
  await next(peer, 'connect');
  while (heard.length === 0) {
    await sender.tell.emit({}, 'ready');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  peer.disconnect();
}

const PUBLISHED: readonly (readonly [title: string, make: MakePublished])[] = [
  ['Pub/Sub with ioredis', ({ url }, key, ends) => createAdapter(...withIoRedis(url, ends), { key })],
  ['the sharded adapter', sharded('dynamic', false)],
  ['the sharded adapter with a channel for each room, and ioredis', sharded('dynamic-private', true)],
  ['the sharded adapter with one channel', sharded('static', false)],
  ['streams', ({ pub }, key) => createStreamsAdapter(pub, { streamName: key, channelPrefix: key })],
];

function fleet(key: string, make: MakePublished = pubSub) {
  const ends: (() => unknown)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return async (kind: Kind): Promise<ClusterNode & { io: Server }> => {
    const clients = await redisClients();
    ends.push(clients.close);
    const http = createServer();
    const alongside = () => make(clients, key, ends) as never;
    const options: ClusterOptions = { prefix: key, ...(kind === 'both' && { alongside: alongside() }) };
    const io =
      kind === 'published'
        ? (new TheirServer(http, { adapter: alongside(), allowEIO3: true }) as unknown as Server)
        : new Server(http, { adapter: cluster(redis(clients.pub), options) });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(() => io.close());
    if (kind !== 'published')
      while (io.cluster?.state !== 'up') await new Promise((resolve) => io.cluster?.on('state', resolve));
    const called = Object.entries(commandsOf(io as never)).map(([name, run]) => [
      name,
      async (...args: unknown[]) => (run as (...given: unknown[]) => unknown)(...args),
    ]);
    return { io, url: addressOf(http).url, tell: Object.fromEntries(called) as ClusterNode['tell'] };
  };
}

describe.skipIf(program === undefined)('a fleet that moves from @socket.io/redis-adapter to @sio/cluster', () => {
  afterAll(stopRedis);

  const first = fleet('moving first');
  clusterSuite(
    'hears the first server that has moved',
    async () => [await first('published'), await first('both')],
    true,
  );
  const back = fleet('moving back');
  clusterSuite(
    'is heard by the first server that has moved',
    async () => [await back('both'), await back('published')],
    false,
  );
  const both = fleet('moving both');
  clusterSuite('has two servers that have moved', async () => [await both('both'), await both('both')], true);

  describe.each(PUBLISHED)('over %s', (title, make) => {
    const start = fleet(`moving over ${title}`, make);
    let nodes: Promise<[ClusterNode, ClusterNode]> | undefined;
    const pair = () => {
      nodes ??= (async () => {
        const [a, b] = [await start('published'), await start('both')];
        for (const [sender, hearer] of [
          [a, b],
          [b, a],
        ] as const)
          await isHeard(sender, hearer);
        return [a, b] as [ClusterNode, ClusterNode];
      })();
      return nodes;
    };
    clusterSuite('hears the first server that has moved', pair, true);
    // The others differ in their client or their channels alone.
    if (title !== 'the sharded adapter' && title !== 'streams') return;
    clusterSuite(
      'is heard by the first server that has moved',
      async () => (await pair()).toReversed() as [ClusterNode, ClusterNode],
      false,
    );
  });

  describe('and leaves the adapter behind, server by server', () => {
    const start = fleet('moving last');
    let nodes: Record<Kind, Awaited<ReturnType<typeof start>>>;
    let emitter: Emitter;
    let closeEmitter: (() => unknown) | undefined;
    afterAll(() => closeEmitter?.());
    beforeAll(async () => {
      nodes = { published: await start('published'), both: await start('both'), cluster: await start('cluster') };
      while ((await nodes.published.tell.servers()) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      while (nodes.both.io.cluster?.nodes.length !== 1 || nodes.cluster.io.cluster?.nodes.length !== 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const clients = await redisClients();
      closeEmitter = clients.close;
      emitter = new Emitter(clients.pub, { key: 'moving last' });
    });

    const peersIn = async (room: string, ...kinds: Kind[]) => {
      const peers = await Promise.all(kinds.map((kind) => connected(nodes[kind].url)));
      for (const peer of peers) await peer.emitWithAck('join', [room]);
      return peers;
    };

    it('each event reaches each client once, from the server that uses both and from one that has moved', async () => {
      const peers = await peersIn('tea', 'published', 'both', 'cluster');
      const heard = peers.map((peer) => record(peer, 'news'));
      const last = peers.map((peer) => next(peer, 'last'));
      await nodes.both.tell.emit({ to: ['tea'] }, 'news', 'by both', Buffer.of(1));
      await nodes.both.tell.emit({ to: ['tea'] }, 'last');
      await Promise.all(last);
      for (const each of heard) expect(each).toEqual([['news', 'by both', Buffer.of(1)]]);
      const [, second, third] = peers as [never, (typeof peers)[0], (typeof peers)[0]];
      const then = [next(second, 'news'), next(third, 'news')];
      await nodes.cluster.tell.emit({ to: ['tea'] }, 'news', 'by the cluster');
      expect(await Promise.all(then)).toEqual([['by the cluster'], ['by the cluster']]);
    });

    it('the server that uses both sees and moves the sockets of all servers', async () => {
      const peers = await peersIn('coffee', 'published', 'both', 'cluster');
      const found = await nodes.both.tell.fetch({ to: ['coffee'] });
      expect(found.map(({ id }) => id).sort()).toEqual(peers.map(({ id }) => id).sort());
      await nodes.both.tell.join({ to: ['coffee'] }, ['milk']);
      for (const kind of ['published', 'both', 'cluster'] as const) {
        const inMilk = async () => [...(nodes[kind].io.of('/').adapter.rooms.get('milk') ?? [])].length;
        while ((await inMilk()) < 1) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const gone = peers.map((peer) => next(peer, 'disconnect'));
      await nodes.both.tell.disconnect({ to: ['milk'] }, false);
      for (const [reason] of await Promise.all(gone)) expect(reason).toBe('io server disconnect');
    });

    it('events between servers reach each other server once', async () => {
      await nodes.both.tell.note('hello', 1);
      for (const kind of ['published', 'cluster'] as const) {
        while ((await nodes[kind].tell.notes()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        expect(await nodes[kind].tell.notes()).toEqual([['hello', 1]]);
      }
      expect(await nodes.both.tell.notes()).toEqual([]);
    });

    it('a process with @socket.io/redis-emitter reaches the servers that still have the adapter', async () => {
      const peers = await peersIn('emitted', 'published', 'both');
      const heard = peers.map((peer) => next(peer, 'news'));
      emitter.to('emitted').emit('news', 'by a process');
      expect(await Promise.all(heard)).toEqual([['by a process'], ['by a process']]);
      const gone = peers.map((peer) => next(peer, 'disconnect'));
      emitter.in('emitted').disconnectSockets();
      for (const [reason] of await Promise.all(gone)) expect(reason).toBe('io server disconnect');
    });
  });

  it('turns histories and recovery on once it has moved', async () => {
    const { pub, sub, close } = await redisClients();
    const adapter = cluster(redis(pub), { prefix: 'moving refused', alongside: createAdapter(pub, sub) });
    const why = 'option alongside: history and connectionStateRecovery do not work beside it; set them after the move';
    expect(() => new Server({ adapter, history: { rooms: 'x' } })).toThrow(why);
    expect(() => new Server({ adapter, connectionStateRecovery: {} })).toThrow(why);
    await close();
  });
});
