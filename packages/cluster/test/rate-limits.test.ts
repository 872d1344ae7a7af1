import { cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core';
import { hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { becomes, join } from './support/nodes.js';
import { BURST, startRatedPair } from './support/rates.js';

describe.skipIf(!hasBroker('redis'))('the rate of an address', () => {
  it('applies to each server separately while the broker is down', async () => {
    const broker = await startBroker('redis');
    onTestFinished(() => broker.close());
    const nodes = await startRatedPair(() => redis(createClient({ url: broker.url })));
    const clients = [await join(nodes[0]), await join(nodes[1])];
    const down = nodes.map(({ cluster: own }) => becomes(own, 'down'));
    await broker.kill();
    await Promise.all(down);
    for (const client of clients) {
      for (let n = 0; n < BURST; n++) expect(await client.emitWithAck('say')).toBe('taken');
      expect(await client.emitWithAck('say')).toMatchObject({ error: { name: 'rate_limited' } });
    }
  });

  it('counts on all servers if the adapter reaches others, and is refused otherwise', async () => {
    const broker = await startBroker('redis');
    onTestFinished(() => broker.close());
    const client = createClient({ url: broker.url });

    const rateLimits = { address: { burst: 200, perSecond: 50 }, scope: 'cluster' } as const;
    const io = new Server({ adapter: cluster(redis(client)), rateLimits });

    onTestFinished(() => io.close());
    expect(() => new Server({ rateLimits })).toThrow(
      'option rateLimits.scope: the adapter reaches no other server; take that of @sio/cluster, or leave out the scope',
    );
    expect(() => new Server({ rateLimits: { scope: 'all' as never } })).toThrow(
      "option rateLimits.scope must be 'server' or 'cluster'",
    );
  });
});
