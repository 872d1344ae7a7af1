import { once } from 'node:events';
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import type { Server } from 'socket.io';
import { afterAll, describe } from 'vitest';
import type { Library } from '../support/libraries.js';
import { program, redisClients, stopRedis } from '../support/redis.js';
import { addressOf } from '../support/stage.js';
import { commandsOf } from './commands.mjs';
import { type ClusterNode, clusterSuite } from './suite.js';

/** @param key keeps them apart from others on the same Redis */
function startNodes(key: string, load: () => Promise<Library>): () => Promise<[ClusterNode, ClusterNode]> {
  const ends: (() => unknown)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  const one = async (): Promise<ClusterNode> => {
    const { pub, sub, close } = await redisClients();
    ends.push(close);
    const http = createServer();
    const io: Server = new (await load()).Server(http, { adapter: createAdapter(pub, sub, { key }), allowEIO3: true });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(() => io.close());
    return { url: addressOf(http).url, tell: inTurn(commandsOf(io)) };
  };
  return async () => [await one(), await one()];
}

/** The same as if they were in another process. */
function inTurn(commands: object): ClusterNode['tell'] {
  const called = Object.entries(commands).map(([name, run]) => [name, async (...args: unknown[]) => run(...args)]);
  return Object.fromEntries(called) as ClusterNode['tell'];
}

describe.skipIf(program === undefined)('@socket.io/redis-adapter', () => {
  afterAll(stopRedis);
  clusterSuite(
    'two servers of socket.io',
    startNodes('theirs', () => import('socket.io')),
    false,
  );
  clusterSuite(
    'two servers of @sio/core/compat',
    startNodes('ours', async () => (await import('@sio/core/compat')) as unknown as Library),
    true,
  );
});
