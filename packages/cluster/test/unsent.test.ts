import { cluster, emitter } from '@sio/cluster';
import { redis } from '@sio/cluster/redis';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { join, knows, next, startNode, untilLast } from './support/nodes.js';

const KB = 'x'.repeat(1000);
/** More than this is lost: ten messages fit, twenty do not. */
const LIMIT = 15_000;

describe.skipIf(!hasBroker('redis'))('messages that the broker has not taken', () => {
  let broker: Broker;
  const engine = () => redis(createClient({ url: broker.url }));
  beforeAll(async () => {
    broker = await startBroker('redis');
  });
  afterAll(() => broker?.close());

  it('are lost and counted beyond maxUnsentBytes, and clients of the same server hear all of them', async () => {
    const prefix = 'pending';
    const [a, b] = [
      await startNode(engine(), { prefix, maxUnsentBytes: LIMIT }),
      await startNode(engine(), { prefix }),
    ];
    await Promise.all([knows(a, 1), knows(b, 1)]);
    const [here, there] = [await join(a), await join(b)];
    const heard = untilLast(here, 'news');
    for (let n = 0; n < 20; n++) a.io.emit('news', KB);
    a.io.emit('last');
    expect(await heard).toHaveLength(20);
    expect(a.cluster.counters.lost).toBeGreaterThan(5);
    // There is room again when the broker has taken the first ones.
    const back = next(there, 'back');
    let isBack = false;
    void back.then(() => {
      isBack = true;
    });
    while (!isBack) {
      const again = next(here, 'back');
      a.io.emit('back');
      await again;
    }
    expect(a.cluster.state).toBe('up');
  });

  it('are refused to a process without a server beyond maxUnsentBytes', async () => {
    const out = emitter(engine(), { maxUnsentBytes: LIMIT });
    onTestFinished(() => out.close());
    for (let n = 0; n < 20; n++) out.emit('news', KB);
    await expect(out.flush()).rejects.toThrow(/maxUnsentBytes: the broker \(redis\) has not taken \d+ bytes yet/);
    for (let n = 0; n < 10; n++) out.emit('news', KB);
    await out.flush();
  });

  it('have a limit above 0', () => {
    expect(() => cluster(engine(), { maxUnsentBytes: 0 })).toThrow('must be a number of bytes above 0, not 0');
  });
});
