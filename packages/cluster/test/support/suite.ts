import dns from 'node:dns';
import { once } from 'node:events';
import { type ClusterEngine, cluster, emitter } from '@sio/cluster';
import { Server } from '@sio/core';
import { type Broker, type BrokerName, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { becomes, join, knows, next, startNode, startNodes, tells, untilLast } from './nodes.js';
import { BURST, startRatedPair } from './rates.js';
import { type Refusal, refuses } from './refusals.js';
import { type Direction, startRelay } from './relay.js';

/** Makes an engine for a broker. @param through port of a relay to it, if the URL does not say where its clients connect. */
export type EngineFor = (url: string, through?: number) => ClusterEngine;

const DIRECTIONS: readonly Direction[] = ['to the broker', 'to the server'];

/** Time (ms) for which a broker stands still, where there is time for it. */
const FROZEN = 15_000;

/** Starts a broker in another way, which takes long. Its deaths, and what does not depend on the broker, are left to the full run. */
export type StartOther = () => Promise<Broker>;

/**
 * The behaviour of every engine.
 * @param refusals ways in which its broker refuses a server
 * @param more further tests, on the same broker
 */
export function engineSuite(
  title: string,
  brokerName: BrokerName,
  engineFor: EngineFor,
  refusals: readonly Refusal[] = [],
  more: (broker: () => Broker) => void = () => {},
  startOther?: StartOther,
): void {
  const isFull = process.env.SIO_CLUSTER === 'full';
  const itAnywhere = it.skipIf(startOther !== undefined && !isFull);
  // These two take many seconds to start.
  const isSlow = brokerName === 'rabbitmq' || brokerName === 'kafka';
  const deaths = isFull ? 100 : isSlow ? 1 : 2;
  describe.skipIf(!hasBroker(brokerName))(title, () => {
    let broker: Broker;
    let engine: () => ClusterEngine;
    beforeAll(async () => {
      broker = await (startOther?.() ?? startBroker(brokerName));
      engine = () => engineFor(broker.url);
    }, 60_000);
    afterAll(() => broker?.close());

    itAnywhere('counts the rate of an address over its connections to all servers', async () => {
      const [a, b] = await startRatedPair(engine);
      const [onA, onB] = [await join(a), await join(b)];
      // One more than the burst, before one server can tell the other: the bucket is overdrawn as soon as both have.
      const said = Array.from({ length: BURST }, () => onA.emitWithAck('say'));
      for (const answer of await Promise.all([onB.emitWithAck('say'), ...said])) expect(answer).toBe('taken');
      for (const client of [onA, onB]) {
        let answer: unknown = 'taken';
        while (answer === 'taken') answer = await client.emitWithAck('look');
        expect(answer).toMatchObject({ error: { name: 'rate_limited', retryAfter: expect.any(Number) } });
      }
    });

    it('sends a server only the messages that its rooms need', async () => {
      const [a, b, c] = (await startNodes(3, engine)) as [Node, Node, Node];
      const peer = await join(b, 'room');
      await join(c, 'another room');
      const heard = untilLast(peer, 'news');
      const delivered: unknown[] = [];
      const { take } = c.io.of('/').adapter as unknown as { take(frame: unknown): void };
      Object.assign(c.io.of('/').adapter, {
        take(this: unknown, frame: unknown) {
          delivered.push(frame);
          take.call(this, frame);
        },
      });
      for (let n = 0; n < 20; n++) a.io.to('room').emit('news', n);
      a.io.to('room').emit('last');
      expect(await heard).toHaveLength(20);
      // Whatever was on its way to the third server has come before its answer.
      await a.io.fetchSockets();
      expect(delivered.filter((frame) => (frame as { kind: number }).kind === 1)).toEqual([]);
    });

    it('loses no message to a room after the join', async () => {
      const [a, b] = (await startNodes(2, engine)) as [Node, Node];
      const peer = await join(b);
      for (let n = 0; n < 100; n++) {
        const heard = next(peer, 'news');
        await peer.emitWithAck('join', [`room ${n}`]);
        a.io.to(`room ${n}`).emit('news', n);
        expect(await heard).toEqual([n]);
      }
    });

    it('delivers the next message of a server to sockets that it has just made join a room on another server', async () => {
      const [a, b] = (await startNodes(2, engine)) as [Node, Node];
      const peer = await join(b);
      const heard = untilLast(peer, 'news');
      for (let n = 0; n < 100; n++) {
        a.io.in(peer.id as string).socketsJoin(`told ${n}`);
        a.io.to(`told ${n}`).emit('news', n);
      }
      a.io.emit('last');
      expect(await heard).toEqual(Array.from({ length: 100 }, (_, n) => n));
    });

    it('delivers messages of one server in order, across rooms', async () => {
      const [a, b] = (await startNodes(2, engine)) as [Node, Node];
      const peer = await join(b, 'x', 'y');
      const heard = untilLast(peer, 'news');
      const targets = [a.io.to('x'), a.io.to('y'), a.io, a.io.to(['x', 'y', 'z']), a.io.to(peer.id as string)];
      for (let n = 0; n < 500; n++) targets[n % targets.length]?.emit('news', n);
      a.io.to('x').emit('last');
      expect(await heard).toEqual(Array.from({ length: 500 }, (_, n) => n));
    });

    it('carries large and binary data', async () => {
      const [a, b] = (await startNodes(2, engine)) as [Node, Node];
      const peer = await join(b, 'room');
      const large = 'ü'.repeat(400_000);
      const heard = [next(peer, 'large'), next(peer, 'binary'), next(peer, 'small')];
      a.io.to('room').emit('large', large);
      a.io.to('room').emit('binary', { bytes: Buffer.alloc(70_000, 7) }, Buffer.of(1));
      a.io.to('room').emit('small', 1);
      expect((await heard[0])?.[0]).toBe(large);
      expect(await heard[1]).toEqual([{ bytes: Buffer.alloc(70_000, 7) }, Buffer.of(1)]);
      expect(await heard[2]).toEqual([1]);
    });

    itAnywhere('carries binary data in requests between servers and in their answers', async () => {
      const [a, b] = (await startNodes(2, engine)) as [Node, Node];
      const peer = await join(b, 'room');
      b.io.on(
        'double' as never,
        ((bytes: Buffer, done: (twice: Buffer) => void) => done(Buffer.concat([bytes, bytes]))) as never,
      );
      expect(await a.io.serverSideEmitWithAck('double' as never, Buffer.of(1, 2) as never)).toEqual([
        Buffer.of(1, 2, 1, 2),
      ]);
      peer.on('size', (bytes: Uint8Array, done: (size: number) => void) => done(bytes.length));
      expect(await a.io.to('room').timeout(30_000).emitWithAck('size', Buffer.alloc(5))).toEqual([5]);
      for (const [, socket] of b.io.of('/').sockets) socket.data.picture = Buffer.of(9);
      const [found] = await a.io.fetchSockets();
      expect(found?.data.picture).toEqual(Buffer.of(9));
    });

    itAnywhere('separates namespaces, and does not wait for a server without the namespace', async () => {
      const [a, b] = (await startNodes(2, engine)) as [Node, Node];
      const peer = await join(b);
      const heard = untilLast(peer, 'news');
      a.io.of('/only-here').emit('news', 'elsewhere');
      expect(await a.io.of('/only-here').fetchSockets()).toEqual([]);
      a.io.emit('last');
      expect(await heard).toEqual([]);
    });

    itAnywhere('does not wait for a server that has left', async () => {
      const [a, b, c] = (await startNodes(3, engine)) as [Node, Node, Node];
      await join(b);
      await join(c);
      expect(await a.io.fetchSockets()).toHaveLength(2);
      await c.close();
      await knows(a, 1);
      expect(await a.io.fetchSockets()).toHaveLength(1);
      expect(a.cluster.state).toBe('up');
    });

    for (const [fault, harm, heal] of [
      ['is killed', () => broker.kill(), () => broker.restart()],
      ['freezes', async () => broker.freeze(), async () => broker.thaw()],
    ] as const) {
      const itShort = fault === 'is killed' ? itAnywhere : it;
      itShort(
        `reports a broker that ${fault}, keeps serving clients of the same server, and recovers`,
        async () => {
          const [a, b] = (await startNodes(2, engine)) as [Node, Node];
          const [here, there] = [await join(a, 'room'), await join(b, 'room')];
          const down = [becomes(a.cluster, 'down'), becomes(b.cluster, 'down')];
          const since = performance.now();
          const harmed = harm();
          for (let n = 0; n < 50; n++) a.io.to('room').emit('in flight', n);
          const asked = a.io.fetchSockets().catch((error: unknown) => error);
          const partial = a.io.fetchSockets({ partial: true });
          await Promise.all([...down, harmed]);
          const told = performance.now() - since;
          // The question was open when the broker went: it has its answer, or the name of the server that did not give it.
          await asked;
          await partial;
          const heard = untilLast(here, 'news');
          for (let n = 0; n < 10; n++) a.io.to('room').emit('news', n);
          a.io.to('room').emit('last');
          expect(await heard).toHaveLength(10);
          expect(await a.io.fetchSockets({ partial: true })).toMatchObject({ silent: [b.cluster.name] });
          await expect(a.io.fetchSockets()).rejects.toThrow(b.cluster.name);
          // A room that is joined meanwhile does not wait for the broker, which learns of it later.
          await there.emitWithAck('join', ['late room']);
          const up = [becomes(a.cluster, 'up'), becomes(b.cluster, 'up')];
          if (isFull && fault === 'freezes') await new Promise((resolve) => setTimeout(resolve, FROZEN));
          await heal();
          const healed = performance.now();
          await Promise.all(up);
          if (isFull) console.log(title, fault, { told, back: performance.now() - healed });
          const again = next(there, 'again');
          a.io.to('late room').emit('again', 1);
          expect(await again).toEqual([1]);
          expect(await a.io.fetchSockets()).toHaveLength(2);
        },
        120_000,
      );
    }

    itAnywhere(
      'survives a broker that dies repeatedly during publishes, and delivers again each time',
      async () => {
        const [a, b] = (await startNodes(2, engine)) as [Node, Node];
        const [here, there] = [await join(a, 'room'), await join(b, 'room')];
        const figures = { told: [] as number[], started: [] as number[], back: [] as number[] };
        let changes = 0;
        a.cluster.once('state', () => changes++);
        for (let death = 0; death < deaths; death++) {
          const down = [becomes(a.cluster, 'down'), becomes(b.cluster, 'down')];
          const heard = untilLast(here, `news ${death}`);
          // The broker is killed at another moment each time: with none, some or all of the messages in flight.
          for (let n = 0; n < death % 20; n++) a.io.to('room').emit(`news ${death}`, n);
          const since = performance.now();
          const killed = broker.kill();
          for (let n = death % 20; n < 20; n++) a.io.to('room').emit(`news ${death}`, n);
          a.io.socketsJoin('another room');
          const asked = a.io.serverSideEmitWithAck('never answered' as never).catch((error: unknown) => error);
          a.io.to('room').emit('last');
          expect(await heard).toHaveLength(20);
          await Promise.all([killed, ...down]);
          figures.told.push(performance.now() - since);
          expect(await asked).toBeInstanceOf(Error);
          const up = [becomes(a.cluster, 'up'), becomes(b.cluster, 'up')];
          const restarted = performance.now();
          await broker.restart();
          const started = performance.now();
          await Promise.all(up);
          figures.started.push(started - restarted);
          figures.back.push(performance.now() - started);
          const again = next(there, 'again');
          a.io.to('room').emit('again', death);
          expect(await again).toEqual([death]);
        }
        expect(changes).toBe(1);
        if (isFull) for (const [name, times] of Object.entries(figures)) console.log(title, name, spreadOf(times));
      },
      deaths * 60_000,
    );

    it('delivers what a server emits as soon as it exists, and what a process without a server does, in order and once', async () => {
      const [a] = (await startNodes(1, engine, { prefix: 'first events' })) as [Node];
      const ann = await join(a, 'x');
      const heard = untilLast(ann, 'news');
      const b = new Server({ adapter: cluster(engine(), { prefix: 'first events' }) });
      onTestFinished(() => b.close());
      for (let n = 0; n < 20; n++) (n % 2 === 0 ? b.to('x') : b).emit('news', n);
      b.emit('news', Buffer.of(20));
      b.to('x').emit('last');
      const numbers = Array.from({ length: 20 }, (_, n) => n);
      expect(await heard).toEqual([...numbers, Buffer.of(20)]);
      const again = untilLast(ann, 'news');
      const out = emitter(engine(), { prefix: 'first events' });
      onTestFinished(() => out.close());
      for (const n of numbers) (n % 2 === 0 ? out.to('x') : out).emit('news', n);
      out.to('x').emit('last');
      expect(await again).toEqual(numbers);
    });

    // It waits for the connection for a second, which others may take.
    it.runIf(startOther === undefined && (isFull || brokerName === 'redis'))(
      'sends what a server emits at once, although it closes before it is connected',
      async () => {
        const [a] = (await startNodes(1, engine, { prefix: 'last events' })) as [Node];
        const heard = next(await join(a), 'news');
        const b = new Server({ adapter: cluster(engine(), { prefix: 'last events' }) });
        b.emit('news', 1);
        await b.close();
        expect(await heard).toEqual([1]);
      },
    );

    it('lets a process without a server emit, move sockets and disconnect them', async () => {
      const [a, b] = (await startNodes(2, engine, { prefix: 'with emitter' })) as [Node, Node];
      const out = emitter(engine(), { prefix: 'with emitter' });
      onTestFinished(() => out.close());
      const [ann, bob] = [await join(a, 'x'), await join(b, 'x', 'y')];
      const heard = [untilLast(ann, 'news'), untilLast(bob, 'news')];
      out.to('x').emit('news', 1);
      out.to('x').except('y').emit('news', 2);
      out.in(bob.id as string).socketsJoin('z');
      out.to('z').emit('news', Buffer.of(3));
      out.in('z').socketsLeave('z');
      out.to(['x', 'y']).emit('last');
      await out.flush();
      expect(await Promise.all(heard)).toEqual([
        [1, 2],
        [1, Buffer.of(3)],
      ]);
      const told = new Promise((resolve) => b.io.on('told' as never, ((...args: unknown[]) => resolve(args)) as never));
      out.serverSideEmit('told', 1, Buffer.of(2));
      expect(await told).toEqual([1, Buffer.of(2)]);
      const gone = next(bob, 'disconnect');
      out.in('y').disconnectSockets(true);
      await gone;
    });

    itAnywhere('tells a process without a server that its broker is unreachable, and reports every loss', async () => {
      const [a] = (await startNodes(1, engine, { prefix: 'away' })) as [Node];
      const ann = await join(a, 'x');
      const heard = next(ann, 'news');
      broker.freeze();
      const out = emitter(engine(), { prefix: 'away', connectTimeout: 50 });
      try {
        out.to('x').emit('news', 1);
        await expect(out.flush()).rejects.toThrow('within 50 ms; check that it is running');
      } finally {
        broker.thaw();
      }
      const later = emitter(engine(), { prefix: 'away' });
      later.to('x').emit('news', 2);
      await later.close();
      expect(await heard).toEqual([2]);
      await out.close();
    });

    // Others name further addresses, which lead past the relay.
    const itByUrl = it.skipIf(startOther !== undefined);
    for (const direction of isFull ? DIRECTIONS : DIRECTIONS.slice(0, 1)) {
      itByUrl(`replaces connections that are dead without a sign: nothing passes ${direction}`, async () => {
        const relay = await startRelay(portOf(broker.url));
        const url = throughPort(broker.url, relay.port);
        const prefix = `dead ${direction}`;
        const times = { canaryInterval: 100, canaryTimeout: 300, renewAfter: 300 };
        const a = await startNode(engineFor(url, relay.port), { prefix, ...times });
        const silent = tells(a.cluster, /has sent nothing back within 300 ms/);
        const b = await startNode(engine(), { prefix });
        await Promise.all([knows(a, 1), knows(b, 1)]);
        const [here, there] = [await join(a, 'room'), await join(b, 'room')];
        const told = [becomes(a.cluster, 'down'), silent];
        relay.stall(direction);
        await Promise.all(told);
        const heard = next(here, 'news');
        a.io.to('room').emit('news', 'here');
        expect(await heard).toEqual(['here']);
        await becomes(a.cluster, 'up');
        const again = [next(there, 'again'), next(here, 'back')];
        a.io.to('room').emit('again', 1);
        b.io.to('room').emit('back', 2);
        expect(await Promise.all(again)).toEqual([[1], [2]]);
      });
    }

    it.runIf(isFull && startOther === undefined).each(DIRECTIONS)(
      'replaces the dead connections of a process without a server, and reports the loss: nothing passes %s',
      async (direction) => {
        const prefix = `dead emitter ${direction}`;
        const { port, stall } = await startRelay(portOf(broker.url));
        const a = await startNode(engine(), { prefix });
        const ann = await join(a, 'room');
        const out = emitter(engineFor(throughPort(broker.url, port), port), { prefix, renewAfter: 500 });
        onTestFinished(() => out.close().catch(() => {}));
        const heard = [next(ann, 'first'), next(ann, 'again')];
        out.to('room').emit('first', 1);
        await out.flush();
        stall(direction);
        out.to('room').emit('lost', 2);
        await expect(out.flush()).rejects.toThrow();
        const sends = async () => {
          out.to('room').emit('again', 3);
          await out.flush();
          return true;
        };
        while (!(await sends().catch(() => false))) await new Promise((resolve) => setImmediate(resolve));
        expect(await Promise.all(heard)).toEqual([[1], [3]]);
      },
    );

    const isNamed = isFull && brokerName !== 'kafka' && startOther === undefined;
    it.runIf(isNamed)('tells that the name of its broker is not found any more', async () => {
      const { lookup } = dns;
      const names = vi.spyOn(dns, 'lookup');
      onTestFinished(() => names.mockRestore());
      let isFound = true;
      const find = (host: string, ...rest: [{ all?: boolean }, (...args: unknown[]) => void]) => {
        if (host !== 'broker.test') return lookup(host, ...(rest as [never, never]));
        const [{ all = false }, done] = rest;
        const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
        if (!isFound) process.nextTick(done, error);
        else if (all) process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }]);
        else process.nextTick(done, null, '127.0.0.1', 4);
      };
      names.mockImplementation(find as never);
      const a = await startNode(engineFor(broker.url.replace('127.0.0.1', 'broker.test')), { prefix: 'name' });
      isFound = false;
      const notFound = tells(a.cluster, /ENOTFOUND/);
      await broker.kill();
      await broker.restart();
      await notFound;
      expect(a.cluster.state).toBe('down');
      isFound = true;
      await becomes(a.cluster, 'up');
    });

    more(() => broker);

    for (const refusal of refusals) {
      it(`tells and logs once that the broker refuses ${refusal.title}`, () => refuses(refusal, broker.url));
    }

    it('closes a server while the broker is unreachable', async () => {
      const [a] = (await startNodes(1, engine)) as [Node];
      broker.freeze();
      try {
        if (a.cluster.state !== 'down') await once(a.cluster, 'state');
        await a.close();
      } finally {
        broker.thaw();
      }
    });
  });
}

/** The port of a URL, or of a host and a port. */
function portOf(url: string): number {
  return Number(/:(\d+)(?=\/|$)/.exec(url)?.[1]);
}

function throughPort(url: string, port: number): string {
  return url.replace(/:\d+(?=\/|$)/, `:${port}`);
}

/** The middle one, and the longest. */
function spreadOf(times: readonly number[]): { median: number; longest: number } {
  const sorted = times.map(Math.round).sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] as number, longest: sorted.at(-1) as number };
}

type Node = Awaited<ReturnType<typeof startNodes>>[number];
