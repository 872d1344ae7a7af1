import { type ClusterEngine, emitter } from '@sio/cluster';
import { type NatsOptions, nats } from '@sio/cluster/nats';
import { postgres } from '@sio/cluster/postgres';
import type { Socket } from '@sio/core';
import { type Broker, type BrokerName, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { connect, type NatsConnection } from 'nats';
import { Client } from 'pg';
import { createClient } from 'redis';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Balancer, startBalancer } from './support/balancer.js';
import { becomes, knows, type Node, next, openNode, startNode } from './support/nodes.js';
import { REDIS_CLIENTS } from './support/redis-clients.js';

const RECOVERING = { connectionStateRecovery: { maxDisconnectionDuration: 20_000 } } as const;
let names = 0;

/** A broker that keeps events. */
interface Keeper {
  readonly name: BrokerName;
  readonly title: string;
  engine(url: string): ClusterEngine;
  /** Whether a log has dropped entries for lack of room. */
  hasDropped(url: string): Promise<boolean>;
  /** Has the broker forget what it keeps, as far as it has a command for that. */
  purge?(url: string): Promise<void>;
  /** Why a client does not get its session after the broker was killed. */
  readonly gap: string;
  /** It differs from another one in this respect alone. */
  readonly isKnown?: boolean;
  /** It differs from another one in its client alone. */
  readonly isClient?: boolean;
}

const onRedis: Omit<Keeper, 'title' | 'engine'> = {
  name: 'redis',
  async hasDropped(url) {
    const client = await createClient({ url }).connect();
    const keys = await client.keys('*:dropped');
    client.destroy();
    return keys.length > 0;
  },
  gap: 'unknown_session',
};

const KEEPERS: readonly Keeper[] = [
  ...REDIS_CLIENTS.map((client): Keeper => ({ ...onRedis, ...client })),
  {
    name: 'postgres',
    title: 'Postgres',
    engine: (connectionString) => postgres(() => new Client({ connectionString })),
    async hasDropped(connectionString) {
      const client = new Client({ connectionString });
      await client.connect();
      const { rows } = await client.query('SELECT 1 FROM sio_messages_dropped');
      await client.end();
      return rows.length > 0;
    },
    gap: 'lost_history',
  },
  onNats('NATS', {}, 'lost_history'),
  { ...onNats('NATS that keeps streams in memory', { storage: 'memory' }, 'unknown_session'), isKnown: true },
];

function onNats(title: string, options: NatsOptions, gap: string): Keeper {
  const connected = async <T>(servers: string, use: (connection: NatsConnection) => Promise<T>) => {
    const connection = await connect({ servers, reconnect: false });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  };
  const logs = async (connection: NatsConnection) => {
    const { streams } = await connection.jetstreamManager();
    return (await streams.list('sio.log.>').next()).map(({ config, state }) => ({ name: config.name, state }));
  };
  return {
    name: 'nats',
    title,
    engine: (servers) => nats(() => connect({ servers, reconnect: false }), options),
    hasDropped: (url) =>
      connected(url, async (connection) => (await logs(connection)).some(({ state }) => state.first_seq > 1)),
    purge: (url) =>
      connected(url, async (connection) => {
        const { streams } = await connection.jetstreamManager();
        for (const { name } of await logs(connection)) await streams.purge(name);
      }),
    gap,
  };
}

for (const keeper of KEEPERS) {
  describe(`a client that reconnects to another server of a cluster on ${keeper.title}`, () => suite(keeper));
}

function suite(keeper: Keeper): void {
  if (!hasBroker(keeper.name)) return it.skip('is not tried: the broker is missing');
  let broker: Broker;
  const engine = () => keeper.engine(broker.url);
  beforeAll(async () => {
    broker = await startBroker(keeper.name);
  });
  afterAll(() => broker?.close());

  async function startPair(serverOptions: object = RECOVERING) {
    const options = { prefix: `recovery ${++names}` };
    const nodes = [
      await startNode(engine(), options, serverOptions),
      await startNode(engine(), options, serverOptions),
    ];
    await Promise.all(nodes.map((node) => knows(node, 1)));
    for (const { cluster } of nodes) await cluster.stored();
    return { nodes: nodes as [Node, Node], balancer: await startBalancer(nodes.map(({ url }) => url)) };
  }

  async function comeIn({ url }: Balancer): Promise<ClientSocket> {
    const peer = connectTo(url, {
      forceNew: true,
      transports: ['websocket'],
      reconnectionDelay: 10,
      auth: { user: 'ann' },
    });
    onTestFinished(() => void peer.disconnect());
    await next(peer, 'connect');
    return peer;
  }

  /** Takes a client from one server to the other, and gives its new socket. */
  async function move(balancer: Balancer, peer: ClientSocket, to: Node, index: number, meanwhile = async () => {}) {
    balancer.close();
    balancer.cut();
    await next(peer, 'disconnect');
    await meanwhile();
    const arrived = next(to.io as never, 'connection');
    const back = next(peer, 'connect');
    balancer.open(index);
    const [[socket]] = await Promise.all([arrived, back]);
    return socket as Socket;
  }

  it('learns that its history is lost when the broker was killed, and so does the server', async () => {
    const { nodes, balancer } = await startPair();
    const [a, b] = nodes;
    const peer = await comeIn(balancer);
    a.io.emit('news', 1);
    await next(peer, 'news');
    await a.cluster.stored();
    const back = await move(balancer, peer, b, 1, async () => {
      // The broker has the session when it ends.
      while (a.io.sockets.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
      await a.cluster.stored();
      const down = [becomes(a.cluster, 'down'), becomes(b.cluster, 'down')];
      await broker.kill();
      await Promise.all(down);
      a.io.emit('news', 'lost');
      await expect(a.cluster.stored()).rejects.toThrow('does not keep all events');
      const up = [becomes(a.cluster, 'up'), becomes(b.cluster, 'up')];
      await broker.restart();
      await Promise.all(up);
      await holeIsWritten(a);
    });
    expect([back.recovered, peer.recovered, back.recoveryGap]).toEqual([false, false, keeper.gap]);
  }, 30_000);
  if (keeper.isKnown === true) return;

  it('has its id, rooms and data there, and gets its missed events once and in order', async () => {
    const { nodes, balancer } = await startPair();
    const [a, b] = nodes;
    const peer = await comeIn(balancer);
    const heard: unknown[] = [];
    peer.on('news', (value: unknown) => heard.push(value));
    const [socket] = [...a.io.sockets.sockets.values()] as [Socket];
    socket.data.name = 'Ann';
    await socket.join('room');
    a.io.to('room').emit('news', 0);
    b.io.to('room').emit('news', 1);
    while (heard.length < 2) await next(peer, 'news');
    const { id } = peer;
    const back = await move(balancer, peer, b, 1, async () => {
      a.io.to('room').emit('news', 2);
      b.io.to('room').emit('news', Buffer.of(3));
      b.io.to('another room').emit('news', 'not for it');
      b.io.except('room').emit('news', 'not for it');
      b.io.to(id as string).emit('news', 4);
      await Promise.all([a.cluster.stored(), b.cluster.stored()]);
    });
    expect([peer.id, peer.recovered, back.recovered, back.recoveryGap]).toEqual([id, true, true, undefined]);
    expect([...back.rooms].sort()).toEqual([id, 'room'].sort());
    expect(back.data).toEqual({ name: 'Ann' });
    a.io.to('room').emit('news', 5);
    while (heard.length < 6) await next(peer, 'news');
    const first = (value: unknown) => (value instanceof Uint8Array ? value[0] : value);
    const values = heard.slice(2).map(first);
    expect([...values].sort()).toEqual([2, 3, 4, 5]);
    // Messages of one server come in their order.
    for (const order of [
      [2, 5],
      [3, 4],
    ])
      expect(values.filter((value) => order.includes(value as number))).toEqual(order);
    expect(values.at(-1)).toBe(5);
  });

  if (keeper.isClient === true) return;

  it('gets the events of a room from the time that it was in it, and no others', async () => {
    const { nodes, balancer } = await startPair();
    const [a, b] = nodes;
    const peer = await comeIn(balancer);
    const heard: unknown[] = [];
    peer.on('news', (value: unknown) => heard.push(value));
    const [socket] = [...a.io.sockets.sockets.values()] as [Socket];
    a.io.emit('news', 'first');
    await next(peer, 'news');
    // From here on nothing reaches the client, and its server does not know.
    balancer.close();
    balancer.freeze();
    a.io.to('room').emit('news', 'before');
    await socket.join('room');
    a.io.to('room').emit('news', 'while');
    await socket.leave('room');
    a.io.to('room').emit('news', 'after');
    await a.cluster.stored();
    const back = await move(balancer, peer, b, 1);
    expect(back.recovered).toBe(true);
    b.io.emit('news', 'last');
    while (heard.at(-1) !== 'last') await next(peer, 'news');
    expect(heard).toEqual(['first', 'while', 'last']);
    // The server that it came from has let go of it.
    expect((await b.io.fetchSockets()).map(({ id }) => id)).toEqual([peer.id]);
  });

  it('comes back to a server that has just started, and gets what that emitted before it was connected', async () => {
    const { nodes, balancer } = await startPair();
    const peer = await comeIn(balancer);
    balancer.close();
    balancer.cut();
    await next(peer, 'disconnect');
    await nodes[1].close();
    const late = await openNode(engine(), { prefix: `recovery ${names}` }, RECOVERING);
    balancer.replace(1, late.url);
    late.io.emit('news', 1);
    const arrived = next(late.io as never, 'connection');
    const heard = next(peer, 'news');
    balancer.open(1);
    const [socket] = (await arrived) as [Socket];
    expect([socket.recovered, socket.recoveryGap]).toEqual([true, undefined]);
    expect(await heard).toEqual([1, expect.any(String)]);
    await late.cluster.stored();
  });

  it('passes the middlewares again', async () => {
    const { nodes, balancer } = await startPair();
    const [a, b] = nodes;
    const peer = await comeIn(balancer);
    b.io.use((_socket, proceed) => proceed(new Error('banned')));
    balancer.close();
    balancer.cut();
    await next(peer, 'disconnect');
    const refused = next(peer, 'connect_error');
    balancer.open(1);
    expect(await refused).toEqual([expect.objectContaining({ message: 'banned' })]);
    expect(a.io.sockets.sockets.size).toBe(0);
  });

  it('learns that a message is missing in the log if the broker was frozen', async () => {
    const { nodes, balancer } = await startPair();
    const [a, b] = nodes;
    const peer = await comeIn(balancer);
    a.io.emit('news', 1);
    await next(peer, 'news');
    await a.cluster.stored();
    const back = await move(balancer, peer, b, 1, async () => {
      await a.cluster.stored();
      const down = [becomes(a.cluster, 'down'), becomes(b.cluster, 'down')];
      broker.freeze();
      await Promise.all(down);
      b.io.emit('news', 'lost');
      const up = [becomes(a.cluster, 'up'), becomes(b.cluster, 'up')];
      broker.thaw();
      await Promise.all(up);
      await holeIsWritten(b);
    });
    expect([back.recovered, back.recoveryGap]).toEqual([false, 'lost_history']);
  }, 30_000);

  it.runIf(keeper.purge !== undefined)('learns that its history is lost if it was purged', async () => {
    const { nodes, balancer } = await startPair();
    const [a, b] = nodes;
    const peer = await comeIn(balancer);
    a.io.emit('news', 1);
    await next(peer, 'news');
    const back = await move(balancer, peer, b, 1, async () => {
      a.io.emit('news', 'lost');
      await a.cluster.stored();
      await keeper.purge?.(broker.url);
    });
    expect([back.recovered, back.recoveryGap]).toEqual([false, 'lost_history']);
  });

  it('gets events that a process without a server emitted in the meantime', async () => {
    const { nodes, balancer } = await startPair();
    const [, b] = nodes;
    const worker = emitter(engine(), { prefix: `recovery ${names}`, recovery: true });
    onTestFinished(() => worker.close());
    const peer = await comeIn(balancer);
    const heard = next(peer, 'news');
    const back = await move(balancer, peer, b, 1, async () => {
      worker.emit('news', 1);
      await worker.flush();
    });
    expect([back.recovered, back.recoveryGap]).toEqual([true, undefined]);
    expect(await heard).toEqual([1, expect.any(String)]);
  });

  it('is no longer kept when too many clients are disconnected', async () => {
    const { nodes, balancer } = await startPair({ connectionStateRecovery: { maxSessions: 1 } });
    const [a, b] = nodes;
    const peers = [await comeIn(balancer), await comeIn(balancer)] as [ClientSocket, ClientSocket];
    const gaps = peers.map((peer) => {
      const user = peer.id as string;
      peer.auth = { user };
      return new Promise((resolve) => {
        b.io.on('connection', (socket) => {
          if (socket.handshake.auth.user === user) resolve(socket.recoveryGap);
        });
      });
    });
    balancer.close();
    for (const [n, peer] of peers.entries()) {
      peer.io.engine.close();
      while (a.io.sockets.sockets.size > 1 - n) await new Promise((resolve) => setImmediate(resolve));
    }
    balancer.open(1);
    expect(await Promise.all(gaps)).toEqual(['unknown_session', undefined]);
  });

  it('learns that more events were sent than the log keeps', async () => {
    const { nodes, balancer } = await startPair({ connectionStateRecovery: { maxPackets: 10 } });
    const [a, b] = nodes;
    const peer = await comeIn(balancer);
    a.io.emit('news', 1);
    await next(peer, 'news');
    const back = await move(balancer, peer, b, 1, async () => {
      for (let n = 0; n < 200; n++) a.io.emit('news', n);
      await a.cluster.stored();
      while (!(await keeper.hasDropped(broker.url))) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    expect(back.recoveryGap).toBe('lost_history');
  });
}

/** Resolves when the log says what it misses. */
async function holeIsWritten({ cluster }: Node): Promise<void> {
  for (;;) {
    const written = await cluster.stored().then(
      () => true,
      () => false,
    );
    if (written) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
