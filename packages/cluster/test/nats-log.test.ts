import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { type EngineHistories, type EngineLink, emitter } from '@sio/cluster';
import { nats } from '@sio/cluster/nats';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { freePort } from '@sio/test-kit/programs';
import { service } from '@sio/test-kit/services';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { next, startNode } from './support/nodes.js';

const engineFor = (servers: string) => nats(() => connect({ servers, reconnect: false }));
const RETENTION = { time: 20_000, entries: 1000 };

/** A message, or its length if it is a long one, and its position. */
type Got = readonly [payload: string | number, position: string | undefined];

const endOf = (got: readonly Got[]) => got.at(-1)?.[1] as string;

describe.skipIf(!hasBroker('nats'))('the log of nats()', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker('nats');
  });
  afterAll(() => broker?.close());

  /** A connection that is ready, with everything that comes to it. */
  async function open() {
    const got: Got[] = [];
    const message = (payload: Buffer, position?: string) =>
      void got.push([payload.length > 100 ? payload.length : String(payload), position]);
    const link = engineFor(broker.url).open({ message, failed() {} });
    onTestFinished(() => link.close());
    await link.connected();
    const { log } = link as Required<EngineLink>;
    return { link, log: log as NonNullable<typeof log>, got };
  }

  it('sends each link the entries for its topics, in the order of the log, including its own', async () => {
    const [a, b] = [await open(), await open()];
    for (const [name, { log }] of Object.entries({ a, b }))
      await log.mark('order', name, Buffer.from('mark'), RETENTION);
    await b.link.subscribe('x');
    for (let n = 0; n < 20; n++) {
      const topics = n % 2 === 0 ? ['x', 'a'] : ['w', 'x', 'y', 'a'];
      // One after the other: nats-server 2.9 may send on two messages in another order when they come at the same time.
      await a.log.append('order', topics, Buffer.from(`a${n}`));
      await b.log.append('order', ['unheard', 'b'], Buffer.from(`b${n}`));
    }
    await b.log.mark('order', 'b', Buffer.from('end'), RETENTION);
    const entries = b.got.filter(([text]) => /^[ab]\d/.test(String(text)));
    const positions = entries.map(([, position]) => position as string);
    expect(entries.map(([text]) => text)).toHaveLength(40);
    expect(positions).toEqual([...positions].sort());
    expect(a.got.map(([text]) => text).filter((text) => /^b/.test(String(text)))).toEqual([]);
    const { entries: kept } = await a.log.read('order', '0', endOf(b.got));
    expect(kept.map(({ payload }) => String(payload))).toEqual(entries.map(([text]) => text));
  });

  it('stores entries that are larger than a message of NATS', async () => {
    const [a, b] = [await open(), await open()];
    for (const [name, { log }] of Object.entries({ a, b }))
      await log.mark('large', name, Buffer.from('mark'), RETENTION);
    await b.link.subscribe('x');
    await a.log.append('large', ['x', 'a'], Buffer.alloc(3_000_000, 1));
    await b.log.mark('large', 'b', Buffer.from('end'), RETENTION);
    const [[, position] = []] = b.got.filter(([length]) => length === 3_000_000);
    const { entries, dropped } = await b.log.read('large', '0', endOf(b.got));
    expect(entries.map((entry) => [entry.position, entry.payload.length])).toEqual([[position, 3_000_000]]);
    expect(dropped).toBe('');
    // A part alone is no message.
    const behind = await b.log.read(
      'large',
      (position as string).replace(/.$/, (last) => String(Number(last) - 1)),
      endOf(b.got),
    );
    expect([behind.entries, behind.dropped]).toEqual([[], position]);
  });

  it('creates a deleted stream again for the next entries, with a new epoch', async () => {
    const { log, got } = await open();
    const before = await log.mark('deleted', 'own', Buffer.from('mark'), RETENTION);
    const connection = await connect({ servers: broker.url });
    onTestFinished(() => connection.close());
    const { streams } = await connection.jetstreamManager();
    for (const found of await streams.list('sio.log.>').next()) await streams.delete(found.config.name);
    const appended = ['1', '2', '3'].map((text) => log.append('deleted', ['own'], Buffer.from(text)));
    await Promise.all(appended);
    const after = await log.mark('deleted', 'own', Buffer.from('mark'), RETENTION);
    expect(after).not.toBe(before);
    const { entries } = await log.read('deleted', '0', endOf(got));
    expect(entries.map(({ payload }) => String(payload))).toEqual(['1', '2', '3']);
  });

  it('gives a session to one server only, until it expires', async () => {
    const [a, b] = [await open(), await open()];
    const session = Buffer.from('session');
    await a.log.keep('one', session, 20_000);
    const taken = await Promise.all([a, b, a, b].map(({ log }) => log.take('one')));
    expect(taken.filter(Boolean).map(String)).toEqual(['session']);
    await a.log.renew(['one'], 20_000);
    expect(await b.log.take('one')).toBeUndefined();
    await a.log.keep('short', session, 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await b.log.take('short')).toBeUndefined();
    await a.log.keep('renewed', session, 1);
    await a.log.renew(['renewed'], 20_000);
    expect(String(await b.log.take('renewed'))).toBe('session');
    await a.log.keep('dropped', session, 20_000);
    await a.log.drop('dropped');
    expect(await b.log.take('dropped')).toBeUndefined();
  });

  it('deletes old events of a busy history, and reports that they are missing', async () => {
    const { log } = await open();
    const histories = log.histories as EngineHistories;
    const history = { history: 'busy', time: 20_000, entries: 5, bytes: 10_000 };
    for (let n = 0; n < 60; n++) await histories.record([history], 'rooms', false, ['x'], Buffer.from(`${n}`));
    const { entries, dropped } = await histories.snapshot(history, 'rooms', 5, 'own', Buffer.from('mark'));
    expect(entries.map(({ payload }) => String(payload))).toEqual(['55', '56', '57', '58', '59']);
    expect(dropped < (entries[0]?.position as string) && dropped > '').toBe(true);
    const connection = await connect({ servers: broker.url });
    onTestFinished(() => connection.close());
    const { streams } = await connection.jetstreamManager();
    const [stream] = await streams.list(`sio.log.${hash('sha1', 'rooms')}.>`).next();
    await expect
      .poll(async () => (await streams.info(stream?.config.name as string)).state.messages)
      .toBeLessThanOrEqual(30);
  });

  it('stores an event to several rooms at one place in the history of each', async () => {
    const { log } = await open();
    const histories = log.histories as EngineHistories;
    const targets = ['a', 'b', 'c'].map((history) => ({ history, time: 20_000, entries: 5, bytes: 10_000_000 }));
    await histories.record(targets.slice(0, 1), 'several', false, ['x'], Buffer.from('before'));
    await histories.record(targets, 'several', false, ['x', 'y'], Buffer.alloc(2_500_000, 1));
    const found = [];
    for (const target of targets)
      found.push(await histories.snapshot(target, 'several', 5, 'own', Buffer.from('mark')));
    const last = found.map(({ entries }) => entries.at(-1));
    expect(last.map((entry) => entry?.payload.length)).toEqual([2_500_000, 2_500_000, 2_500_000]);
    expect(new Set(last.map((entry) => entry?.position)).size).toBe(1);
    expect(found.map(({ entries, dropped }) => [entries.length, dropped])).toEqual([
      [2, ''],
      [1, ''],
      [1, ''],
    ]);
  });

  it('reports another epoch of histories after their stream was deleted', async () => {
    const { log } = await open();
    const histories = log.histories as EngineHistories;
    const history = { history: 'gone', time: 20_000, entries: 5, bytes: 10_000 };
    const snapshot = () => histories.snapshot(history, 'gone', 5, 'own', Buffer.from('mark'));
    await histories.record([history], 'gone', false, [], Buffer.from('lost'));
    const before = await snapshot();
    const connection = await connect({ servers: broker.url });
    onTestFinished(() => connection.close());
    await (await connection.jetstreamManager()).streams.delete(`sio-log-${hash('sha1', 'gone')}`);
    const { epoch, entries } = await snapshot();
    expect([before.entries.length, entries.length, epoch === before.epoch]).toEqual([1, 0, false]);
  });

  it('stores events that a worker emits before the first server starts', async () => {
    const worker = emitter(engineFor(broker.url), { prefix: 'early', recovery: true });
    worker.emit('news', 1);
    await worker.close();
    const { log, got } = await open();
    await log.mark('early:log:/', 'own', Buffer.from('mark'), RETENTION);
    expect((await log.read('early:log:/', '0', endOf(got))).entries).toHaveLength(1);
  });
});

describe.skipIf(!hasBroker('nats'))('a server', () => {
  it.each([
    ['connectionStateRecovery', { connectionStateRecovery: true }],
    ['history', { history: { rooms: 'tea' } }],
  ])('with %s reports that its NATS has no JetStream', async (_option, options) => {
    const port = await freePort();
    const child = spawn(service('nats-server') as string, ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    onTestFinished(async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    });
    const { io } = await startNode(engineFor(`127.0.0.1:${port}`), {}, options);
    const told = next(io as never, 'handler_error');
    expect(io.cluster?.state).toBe('up');
    expect(String((await told)[0])).toContain('start nats-server with JetStream');
  });
});
