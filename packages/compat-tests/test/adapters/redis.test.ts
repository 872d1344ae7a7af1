import { once } from 'node:events';
import { createServer } from 'node:http';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import type { Server, ServerOptions } from 'socket.io';
import { afterAll, describe } from 'vitest';
import { addressOf } from '../support/harness.js';
import type { Library } from '../support/libraries.js';
import { program, redisClients, stopRedis } from '../support/redis.js';
import { commandsOf } from './commands.mjs';
import { type ClusterNode, clusterSuite } from './suite.js';

type Clients = Awaited<ReturnType<typeof redisClients>>;
type MakeAdapter = (clients: Clients, key: string) => NonNullable<ServerOptions['adapter']>;

const pubSub: MakeAdapter = ({ pub, sub }, key) => createAdapter(pub, sub, { key });
const sharded: MakeAdapter = ({ pub, sub }, key) => createShardedAdapter(pub, sub, { channelPrefix: key });
const streams: MakeAdapter = ({ pub }, key) => createStreamsAdapter(pub, { streamName: key, channelPrefix: key });

/** The other client, on connections of its own. */
const withIoRedis: MakeAdapter = ({ url }, key) => {
  const [pub, sub] = [new Redis(url), new Redis(url)];
  afterAll(() => {
    pub.disconnect();
    sub.disconnect();
  });
  return createAdapter(pub, sub, { key });
};

/** @param key keeps them apart from others on the same Redis */
function startNodes(
  make: MakeAdapter,
  key: string,
  load: () => Promise<Library>,
  other: () => Promise<Library> = load,
): () => Promise<[ClusterNode, ClusterNode]> {
  const ends: (() => unknown)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  const one = async (load: () => Promise<Library>): Promise<ClusterNode> => {
    const clients = await redisClients();
    ends.push(clients.close);
    const http = createServer();
    const io: Server = new (await load()).Server(http, { adapter: make(clients, key), allowEIO3: true });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(() => io.close());
    return { url: addressOf(http).url, tell: inTurn(commandsOf(io)) };
  };
  return async () => [await one(load), await one(other)];
}

/** The same as if they were in another process. */
function inTurn(commands: object): ClusterNode['tell'] {
  const called = Object.entries(commands).map(([name, run]) => [name, async (...args: unknown[]) => run(...args)]);
  return Object.fromEntries(called) as ClusterNode['tell'];
}

const theirs = () => import('socket.io');
const ours = async () => (await import('@sio/core/compat')) as unknown as Library;

describe.skipIf(program === undefined)('through Redis', () => {
  afterAll(stopRedis);
  clusterSuite('two servers of socket.io', startNodes(pubSub, 'theirs', theirs), false);
  clusterSuite('two servers of @sio/core/compat', startNodes(pubSub, 'ours', ours), true);
  clusterSuite('two servers of @sio/core/compat, sharded', startNodes(sharded, 'sharded', ours), true);
  clusterSuite('two servers of @sio/core/compat, by streams', startNodes(streams, 'streams', ours), true);
  clusterSuite('two servers of @sio/core/compat, with ioredis', startNodes(withIoRedis, 'ioredis', ours), true);
  clusterSuite('one of each', startNodes(pubSub, 'mixed', theirs, ours), true);
  clusterSuite('one of each, sharded', startNodes(sharded, 'mixed sharded', theirs, ours), true);
  clusterSuite('one of each, by streams', startNodes(streams, 'mixed streams', theirs, ours), true);
});
