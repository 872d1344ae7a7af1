import { cluster } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { Server } from '@sio/core';
import { createAdapter } from '@socket.io/redis-adapter';
import { afterAll, describe, expect, it } from 'vitest';
import { program, redisClients, stopRedis } from '../support/redis.js';

describe.skipIf(program === undefined)('the guide to a move', () => {
  afterAll(stopRedis);

  it('starts a server that talks to servers of both kinds', async () => {
    const { pub, sub, close } = await redisClients();

    const alongside = createAdapter(pub, sub);
    const io = new Server({ adapter: cluster(redis(pub), { alongside }) });

    await new Promise((resolve) => io.cluster?.on('state', resolve));
    expect(io.cluster?.state).toBe('up');
    await io.close();
    await close();
  });
});
