import { hash } from 'node:crypto';
import { type ClusterEngine, type ClusterOptions, emitter } from '@sio/cluster';
import { kafka } from '@sio/cluster/kafka';
import { nats } from '@sio/cluster/nats';
import { postgres } from '@sio/cluster/postgres';
import { rabbitmq } from '@sio/cluster/rabbitmq';
import { type HistoryOptions, Server, type ServerOptions, type Socket } from '@sio/core';
import { collect, connect, type Version } from '@sio/test-kit';
import { type Broker, type BrokerName, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { freePort } from '@sio/test-kit/programs';
import { connect as toRabbit } from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';
import { connect as toNats } from 'nats';
import { Client } from 'pg';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cluster } from '../src/index.js';
import { becomes, knows, type Node, startNode } from './support/nodes.js';
import { REDIS_CLIENTS } from './support/redis-clients.js';

interface Keeper {
  readonly name: BrokerName;
  readonly title: string;
  /** It differs from another one in its client alone. */
  readonly isClient?: boolean;
  engine(url: string): ClusterEngine;
  /** Entries that it keeps of a history beyond its limits. */
  readonly surplus?: number;
  /** Entries that the broker has of all histories whose names end so. */
  entries(url: string, room: string): Promise<number>;
}

const onRedis: Omit<Keeper, 'title' | 'engine'> = {
  name: 'redis',
  async entries(url, room) {
    const client = createClient({ url });
    await client.connect();
    const keys = await client.keys(`*history:*:${room}`);
    const lengths = await Promise.all(keys.map((key) => client.xLen(key)));
    client.destroy();
    return lengths.reduce((sum, length) => sum + length, 0);
  },
};

const digest = (text: string) => hash('sha1', text);
const onNats = (servers: string) => nats(() => toNats({ servers, reconnect: false }));

const KEEPERS: readonly Keeper[] = [
  ...REDIS_CLIENTS.map((client): Keeper => ({ ...onRedis, ...client })),
  {
    name: 'postgres',
    title: 'Postgres',
    engine: (url) => postgres(() => new Client({ connectionString: url })),
    async entries(connectionString, room) {
      const client = new Client({ connectionString });
      await client.connect();
      const { rows } = await client.query('SELECT 1 FROM sio_messages_history WHERE history LIKE $1', [`%:${room}`]);
      await client.end();
      return rows.length;
    },
  },
  {
    name: 'nats',
    title: 'NATS',
    engine: onNats,
    surplus: 1,
    async entries(servers) {
      const client = await toNats({ servers });
      const { streams } = await client.jetstreamManager();
      const subject = `sio.log.${digest(`history ${names}:log:/`)}.*.*.${digest(`history ${names}:history:/:tea:large`)}`;
      const found = await Promise.all(
        (await streams.list(subject).next()).map(({ config }) =>
          streams.info(config.name, { subjects_filter: subject }),
        ),
      );
      await client.close();
      return found.flatMap(({ state }) => Object.values(state.subjects ?? {})).reduce((sum, count) => sum + count, 0);
    },
  },
];

/** A busy machine is no broker that is away. */
const PATIENT: ClusterOptions = {
  requestTimeout: 30_000,
  canaryTimeout: 30_000,
  silentAfter: 30_000,
  goneAfter: 60_000,
};
const ROOM: HistoryOptions = { rooms: 'tea*', size: 1000 };
const WAYS = [
  ['0.9.17', 'polling'],
  ['0.9.17', 'websocket'],
  ['2.5.0', 'polling'],
  ['4.8.4', 'websocket'],
] as const;
let names = 0;

describe.for(KEEPERS)('rooms with a history in a cluster on $title', (keeper) => {
  suite(keeper);
});

function suite(keeper: Keeper): void {
  if (!hasBroker(keeper.name)) return it.skip('are not tried: the broker is missing');
  let broker: Broker;
  const engine = () => keeper.engine(broker.url);
  beforeAll(async () => {
    broker = await startBroker(keeper.name);
  });
  afterAll(() => broker?.close());

  async function startPair(
    history: HistoryOptions = ROOM,
    more: Partial<ServerOptions> = {},
    times: ClusterOptions = PATIENT,
  ) {
    const options = { prefix: `history ${++names}`, ...times };
    const nodes = [
      await startNode(engine(), options, { history, ...more }),
      await startNode(engine(), options, { history, ...more }),
    ];
    await Promise.all(nodes.map((node) => knows(node, 1)));
    for (const { io } of nodes) {
      io.on('connection', (socket: Socket) => {
        socket.on('enter', async (query: object, done: (outcome: unknown) => void) =>
          done(await socket.join('tea', query)),
        );
      });
      // The histories are found, so that offsets are known.
      await io.history('tea');
    }
    return nodes as [Node, Node];
  }

  async function enter(
    { url }: Node,
    query: object,
    version: Version = '4.8.4',
    how: 'websocket' | 'polling' = 'websocket',
  ) {
    const client = await connect(version, url, how).joined();
    const heard = collect(client, 'said');
    const [outcome] = await client.ask('enter', query);
    const hears = async (count: number) => {
      while (heard.length < count) await client.next('said');
      return heard;
    };
    return { client, heard, outcome, hears };
  }

  /** Resolves when the broker has what a server has sent so far. */
  async function isKept({ io }: Node, room = 'tea') {
    return io.history(room);
  }

  it.each(keeper === KEEPERS[0] ? WAYS : WAYS.slice(-1))(
    'send a client %s over %s the past events of all servers, and then live ones',
    async (version, how) => {
      const [a, b] = await startPair();
      a.io.to('tea').emit('said', 1, { from: 'a' });
      a.io.to('tea').emit('said', 2);
      await isKept(a);
      b.io.to('tea').emit('said', 3);
      await isKept(b);
      const { outcome, hears } = await enter(b, { rewind: 2 }, version, how);
      expect(outcome).toEqual({ events: 2, complete: true, offset: expect.any(String) });
      a.io.to('tea').emit('said', 4);
      expect((await hears(3)).map(([n]) => n)).toEqual([2, 3, 4]);
    },
  );

  if (keeper.isClient === true) return;

  it('lose and repeat nothing while clients join and both servers emit', async () => {
    const [a, b] = await startPair();
    const EACH = 150;
    let go = true;
    const speaking = [a, b].map(async ({ io }, speaker) => {
      for (let n = 0; n < EACH; n++) {
        io.to('tea').emit('said', speaker, n);
        if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (n % 15 === 0) await io.history('tea', { rewind: 0 });
      }
      go = false;
    });
    const clients: Awaited<ReturnType<typeof enter>>[] = [];
    const versions: Version[] = ['0.9.17', '2.5.0', '4.8.4'];
    while (go) clients.push(await enter([a, b][clients.length % 2] as Node, {}, versions[clients.length % 3]));
    await Promise.all(speaking);
    clients.push(await enter(b, {}));
    for (const { hears } of clients) {
      const heard = await hears(2 * EACH);
      for (const speaker of [0, 1]) {
        const own = heard.filter(([by]) => by === speaker).map(([, n]) => n);
        expect(own).toEqual(Array.from({ length: EACH }, (_, n) => n));
      }
    }
  });

  it('send a client its missed events since an offset once, on another server', async () => {
    const [a, b] = await startPair({ ...ROOM, offsets: true });
    const { client, hears } = await enter(a, {});
    a.io.to('tea').emit('said', 1);
    b.io.to('tea').emit('said', 2);
    a.io.to('tea').emit('said', Buffer.of(3));
    const [first, , third] = await hears(3);
    client.disconnect();
    b.io.to('tea').emit('said', 4);
    await isKept(b);
    const last = third?.at(-1);
    const back = await enter(b, { since: last });
    a.io.to('tea').emit('said', 5);
    expect((await back.hears(2)).map(([n]) => n)).toEqual([4, 5]);
    expect(back.outcome).toMatchObject({ events: 1, complete: true });
    const again = await enter(a, { since: first?.at(-1) });
    const texts = (await again.hears(again.outcome.events)).map(([n]) => (typeof n === 'number' ? n : 'bytes'));
    expect([...texts].sort()).toEqual([2, 4, 5, 'bytes'].sort());
    // Offsets of the history serve as well as those of live events.
    const lastOfAll = again.heard.at(-1)?.at(-1);
    expect((await enter(b, { since: lastOfAll })).outcome).toMatchObject({ events: 0, complete: true });
  });

  it('keep as many events and bytes as the rule says, in the broker too, and report what is missing', async () => {
    const [a, b] = await startPair({ rooms: 'tea*', size: 5, maxBytes: 4000 });
    const { offset } = await a.io.history('tea');
    for (let n = 1; n <= 9; n++) a.io.to('tea').emit('said', n);
    await isKept(a);
    expect((await b.io.history('tea')).events.map(({ args: [n] }) => n)).toEqual([5, 6, 7, 8, 9]);
    expect((await b.io.history('tea', { since: offset as string, rewind: 1 })).complete).toBe(false);
    for (let n = 1; n <= 3; n++) a.io.to('tea:large').emit('said', 'x'.repeat(1500));
    await isKept(a, 'tea:large');
    expect((await b.io.history('tea:large')).events).toHaveLength(2);
    expect(await keeper.entries(broker.url, 'tea:large')).toBe(2 + (keeper.surplus ?? 0));
    a.io.to('tea:large').emit('said', 'x'.repeat(20_000));
    expect((await a.io.history('tea:large')).events).toHaveLength(0);
  });

  it('expire after their time', async () => {
    const [a] = await startPair({ rooms: 'tea', ttl: 200 });
    const { offset } = await a.io.history('tea');
    a.io.to('tea').emit('said', 1);
    const since = offset as string;
    let part = await a.io.history('tea', { since });
    while (part.complete || part.events.length > 0) part = await a.io.history('tea', { since });
    expect(await a.io.history('tea')).toMatchObject({ events: [], complete: true });
  });

  it('carry large events', async () => {
    const [a, b] = await startPair({ rooms: 'tea', maxBytes: 5_000_000 });
    const { hears } = await enter(b, {});
    a.io.to('tea').emit('said', Buffer.alloc(100_000, 1), 'x'.repeat(100_000));
    expect((await hears(1))[0]?.[0]).toHaveLength(100_000);
    const late = await enter(a, {});
    expect(late.heard[0]?.[1]).toHaveLength(100_000);
  });

  it('work with connectionStateRecovery, and send each event once', async () => {
    const [a, b] = await startPair({ ...ROOM, offsets: true }, { connectionStateRecovery: true });
    await Promise.all([a.cluster.stored(), b.cluster.stored()]);
    a.io.to('tea').emit('said', 1);
    await a.cluster.stored();
    const { hears, outcome } = await enter(b, {});
    a.io.to('tea').emit('said', 2);
    b.io.to('tea').emit('said', 3);
    await hears(3);
    await Promise.all([a.cluster.stored(), b.cluster.stored()]);
    expect(outcome).toMatchObject({ events: 1, complete: true });
    const other = await enter(a, {});
    expect([...(await other.hears(3))].map(([n]) => n).sort()).toEqual([1, 2, 3]);
  });

  it('contain events of a process without a server', async () => {
    const [a] = await startPair();
    const worker = emitter(engine(), { prefix: `history ${names}`, history: ROOM });
    onTestFinished(() => worker.close());
    worker.to('tea').emit('said', 'by a worker');
    await worker.flush();
    expect((await enter(a, {})).heard).toEqual([['by a worker']]);
  });

  it('let clients join without a history while the broker is unreachable, and report later that events are missing', async () => {
    const [a, b] = await startPair({ ...ROOM, offsets: true }, {}, {});
    const early = await enter(a, {});
    a.io.to('tea').emit('said', 'kept');
    const [[, offset]] = (await early.hears(1)) as [[string, string]];
    await isKept(a);
    const down = [becomes(a.cluster, 'down'), becomes(b.cluster, 'down')];
    broker.freeze();
    await Promise.all(down);
    const { outcome, hears } = await enter(a, {});
    expect(outcome).toMatchObject({ events: 0, complete: false });
    a.io.to('tea').emit('said', 'live');
    expect((await hears(1))[0]?.[0]).toBe('live');
    const up = [becomes(a.cluster, 'up'), becomes(b.cluster, 'up')];
    broker.thaw();
    await Promise.all(up);
    let part = await b.io.history('tea', { since: offset });
    while (part.complete) part = await b.io.history('tea', { since: offset });
    expect(part.events).toEqual([]);
  });
}

describe('a broker that keeps no histories', () => {
  it.each([
    ['rabbitmq', (port: number) => rabbitmq(() => toRabbit(`amqp://127.0.0.1:${port}`))],
    ['kafka', (port: number) => kafka(new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING }))],
  ] as const)('such as %s is refused when the server starts', async (name, engineOn) => {
    const engine = engineOn(await freePort());
    const why = `option history: ${name} keeps no histories of rooms; use Redis, Postgres or NATS`;
    expect(() => new Server({ adapter: cluster(engine), history: ROOM })).toThrow(why);
    expect(() => emitter(engine, { history: ROOM })).toThrow(why);
  });
});
