import type { EngineLink, EngineLog } from '@sio/cluster';
import { nats } from '@sio/cluster/nats';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { connect, nanos } from 'nats';
import { io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startBalancer } from './support/balancer.js';
import { type Between, between } from './support/nats-between.js';
import { knows, next, startNode } from './support/nodes.js';

const RETENTION = { time: 20_000, entries: 1000 };

/** A message and its position. */
type Got = readonly [text: string, position: string | undefined];

describe.skipIf(!hasBroker('nats'))('the log of nats()', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker('nats');
  });
  afterAll(() => broker?.close());

  async function open(way: Between, replicas = 1) {
    const got: Got[] = [];
    const engine = nats(async () => between(await connect({ servers: broker.url, reconnect: false }), way), {
      replicas,
    });
    const heard = new Map<string, () => void>();
    const link = engine.open({
      message(payload, position) {
        const text = String(payload);
        got.push([text, position]);
        heard.get(text)?.();
      },
      failed() {},
    });
    onTestFinished(() => link.close());
    await link.connected();
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        if (got.some(([each]) => each === text)) return resolve();
        heard.set(text, resolve);
      });
    const texts = () => got.map(([text]) => text);
    return { link, log: (link as Required<EngineLink>).log as EngineLog, got, texts, until };
  }

  it('restores the order of two entries that NATS has sent on the other way round', async () => {
    const late: (() => void)[] = [];
    let isSwapping = false;
    const b = await open({
      arrived(message, pass) {
        const text = Buffer.from(message.data).toString('latin1');
        if (isSwapping && text.endsWith('second')) return void late.push(() => pass(message));
        pass(message);
        if (isSwapping && text.endsWith('third')) for (const each of late.splice(0)) each();
      },
    });
    const a = await open({});
    for (const [name, { log }] of Object.entries({ a, b }))
      await log.mark('swap', name, Buffer.from('mark'), RETENTION);
    await b.link.subscribe('x');
    await a.log.append('swap', ['x'], Buffer.from('first'));
    await b.until('first');
    isSwapping = true;
    await a.log.append('swap', ['x'], Buffer.from('second'));
    await a.log.append('swap', ['x'], Buffer.from('third'));
    await b.until('third');
    expect(b.texts()).toEqual(['mark', 'first', 'second', 'third']);
    const positions = b.got.map(([, position]) => position as string);
    expect(positions).toEqual([...positions].sort());
  });

  it('delivers an entry, and its own behind it, although the one before it never comes', async () => {
    const b = await open({
      arrived(message, pass) {
        if (!Buffer.from(message.data).toString('latin1').endsWith('lost')) pass(message);
      },
    });
    const a = await open({});
    for (const [name, { log }] of Object.entries({ a, b }))
      await log.mark('lost', name, Buffer.from('mark'), RETENTION);
    await b.link.subscribe('x');
    for (const text of ['first', 'lost', 'third']) await a.log.append('lost', ['x'], Buffer.from(text));
    await b.log.append('lost', ['b'], Buffer.from('own'));
    await b.until('own');
    expect(b.texts()).toEqual(['mark', 'first', 'third', 'own']);
  });

  it('stores each entry once and in order when JetStream loses its leader and a confirmation', async () => {
    let isLeaderless = false;
    let attempts = 0;
    const a = await open(
      {
        published({ subject, payload, options }) {
          // One server cannot store a stream three times.
          if (subject.startsWith('$JS.API.STREAM.')) return { subject, payload: onOneServer(payload), options };
          if (!subject.startsWith('sio.log.')) return { subject, payload, options };
          // It is stored, and not confirmed.
          if (!isLeaderless && Buffer.from(payload).toString('latin1').endsWith('entry 2')) {
            isLeaderless = true;
            return { subject, payload, options: { ...options, reply: 'elsewhere' } };
          }
          const isAttempt = payload.length === 0;
          if (isLeaderless && isAttempt && ++attempts === 2) isLeaderless = false;
          // A stream without a leader does not listen to its subject.
          return { subject: isLeaderless ? 'elsewhere' : subject, payload, options };
        },
      },
      3,
    );
    const b = await open({});
    await a.log.mark('elected', 'a', Buffer.from('mark'), RETENTION);
    await b.log.mark('elected', 'b', Buffer.from('mark'), RETENTION);
    await b.link.subscribe('x');
    const entries = Array.from({ length: 8 }, (_, n) => `entry ${n}`);
    await Promise.all(entries.map((text) => a.log.append('elected', ['x', 'a'], Buffer.from(text))));
    await b.log.mark('elected', 'b', Buffer.from('end'), RETENTION);
    const end = b.got.at(-1)?.[1] as string;
    const { entries: stored, dropped } = await b.log.read('elected', '0', end);
    expect([stored.map(({ payload }) => String(payload)), dropped]).toEqual([entries, '']);
    expect(b.texts().filter((text) => text.startsWith('entry'))).toEqual(entries);
    expect(a.texts().filter((text) => text.startsWith('entry'))).toEqual(entries);
  });
});

describe.skipIf(!hasBroker('nats'))('a server on NATS', () => {
  it('writes a session again that JetStream has not taken at first', async () => {
    const broker = await startBroker('nats');
    onTestFinished(() => broker.close());
    const connection = await connect({ servers: broker.url });
    onTestFinished(() => connection.close());
    const { streams } = await connection.jetstreamManager();
    // It refuses every session, and a server makes no other stream.
    const kept = { name: 'sio-kept', subjects: ['sio.kept.*'], max_age: nanos(3_600_000), max_msgs_per_subject: 1 };
    await streams.add({ ...kept, max_msg_size: 1 });
    const engine = () => nats(() => connect({ servers: broker.url, reconnect: false }));
    const options = { prefix: 'unwritten' };
    const recovering = { connectionStateRecovery: true };
    const a = await startNode(engine(), options, recovering);
    const b = await startNode(engine(), options, recovering);
    await Promise.all([knows(a, 1), knows(b, 1)]);
    await a.cluster.stored();
    const balancer = await startBalancer([a.url, b.url]);
    const peer = connectTo(balancer.url, { forceNew: true, transports: ['websocket'], reconnectionDelay: 10 });
    onTestFinished(() => void peer.disconnect());
    await next(peer, 'connect');
    a.io.emit('news', 1);
    await next(peer, 'news');
    await a.cluster.stored();
    expect((await streams.info('sio-kept')).state.messages).toBe(0);
    await streams.update('sio-kept', { max_msg_size: -1 });
    await expect.poll(async () => (await streams.info('sio-kept')).state.messages).toBe(1);
    balancer.open(1);
    balancer.cut();
    await next(peer, 'connect');
    expect(peer.recovered).toBe(true);
  });
});

function onOneServer(payload: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(payload).toString().replace('"num_replicas":3', '"num_replicas":1'));
}
