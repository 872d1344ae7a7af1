import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core';
import { Server as CompatServer } from '@sio/core/compat';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { afterAll, describe } from 'vitest';
import { commandsOf } from '../../compat-tests/test/adapters/commands.mjs';
import { type ClusterNode, clusterSuite } from '../../compat-tests/test/adapters/suite.js';

/** The same as if they were in another process. */
function inTurn(commands: object): ClusterNode['tell'] {
  const called = Object.entries(commands).map(([name, run]) => [name, async (...args: unknown[]) => run(...args)]);
  return Object.fromEntries(called) as ClusterNode['tell'];
}

function startNodes(Class: typeof Server, prefix: string): () => Promise<[ClusterNode, ClusterNode]> {
  const ends: (() => unknown)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return async () => {
    const broker: Broker = await startBroker('redis');
    ends.push(() => broker.close());
    const one = async (): Promise<ClusterNode> => {
      const http = createServer();
      const io = new Class(http, {
        adapter: cluster(redis(createClient({ url: broker.url })), { prefix }),
        allowEIO3: true,
      });
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      ends.push(() => io.close());
      const { port } = http.address() as AddressInfo;
      return { url: `http://127.0.0.1:${port}`, tell: inTurn(commandsOf(io as never)) };
    };
    return [await one(), await one()];
  };
}

// Published adapters run the same suite.
describe.skipIf(!hasBroker('redis'))("socket.io's calls for a cluster", () => {
  clusterSuite('on Server', startNodes(Server, 'server'), true);
  clusterSuite('on Server of @sio/core/compat', startNodes(CompatServer, 'compat'), true);
});
