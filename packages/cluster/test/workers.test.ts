import { once } from 'node:events';
import { setupPrimary, workers } from '@sio/cluster/workers';
import { Child, connect, fetchAnswer, PendingRequest } from '@sio/test-kit';
import { hasBroker, startBroker } from '@sio/test-kit/brokers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DIALECTS, type Dialect } from './support/passed-on.js';
import { everyWay } from './support/spread.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';

interface Workers {
  readonly child: Child;
  /** Of all of them: connections go to one after the other. */
  readonly url: string;
  /** Of each. */
  readonly urls: readonly [string, string];
}

async function startWorkers(broker = ''): Promise<Workers> {
  const child = new Child(new URL('./support/workers-process.mjs', import.meta.url), [broker]);
  const [{ shared, ports }] = (await once(child.process, 'message')) as [{ shared: number; ports: number[] }];
  const urlOf = (port: number) => `http://127.0.0.1:${port}`;
  return { child, url: urlOf(shared), urls: ports.map(urlOf) as [string, string] };
}

async function open(url: string): Promise<string> {
  const { body } = await fetchAnswer(url + POLLING);
  return (JSON.parse(body.slice(1)) as { sid: string }).sid;
}

describe('the workers of node:cluster', () => {
  it('serve every protocol version and transport on one port without sticky sessions and without a broker', async () => {
    const { child, url, urls } = await startWorkers();
    expect(await everyWay(url)).toEqual([]);

    const [a, b] = urls;
    const [ann, bob] = await Promise.all([a, b].map((each) => connect('4.8.4', each, 'websocket').joined()));
    const heard = bob?.next('said');
    ann?.emit('say', Buffer.from([1, 2, 3]));
    expect(await heard).toEqual([Buffer.from([1, 2, 3])]);

    const sid = await open(b);
    expect((await fetchAnswer(`${a}${POLLING}&sid=${sid}`, { method: 'POST', body: '40' })).body).toBe('ok');
    expect((await fetchAnswer(`${a}${POLLING}&sid=${sid}`)).body).toMatch(/^40\{/);
    // The primary tells of a worker that is killed, so that its clients need not wait.
    const poll = new PendingRequest(`${a}${POLLING}&sid=${sid}`);
    await child.call('kill', 1);
    await child.call('alone', 0);
    const gone = { status: 400, body: expect.stringContaining('"cause":"other_node_gone"') };
    expect(await poll.answer()).toMatchObject(gone);
    expect(await fetchAnswer(`${a}${POLLING}&sid=${sid}`)).toMatchObject(gone);
  }, 60_000);

  it('end the WebSockets that they pass on in good order when they drain', async () => {
    const { child, urls } = await startWorkers();
    const [a, b] = urls;
    const [dialect] = DIALECTS as [Dialect];
    const ws = await dialect.upgrade(b, await dialect.open(a));
    ws.send(dialect.question('settle'));
    // The upgrade is over when the server has an event on it.
    expect(await ws.next()).toBe(dialect.answer);
    expect(await child.call('drain', 1)).toEqual({ closed: 1, cut: 0 });
    expect(await ws.closed()).toBe(1001);
  });

  it.skipIf(process.env.SIO_CLUSTER !== 'full' || !hasBroker('redis'))(
    'forward requests to each other beside a broker that reaches other machines',
    async () => {
      const broker = await startBroker('redis');
      onTestFinished(() => broker.close());
      const { url } = await startWorkers(broker.url);
      expect(await everyWay(url)).toEqual([]);
    },
    60_000,
  );

  it('are refused without setupPrimary() in their primary', () => {
    expect(() => workers()).toThrow('not a worker of a primary that called setupPrimary()');
    expect(typeof setupPrimary).toBe('function');
  });
});
