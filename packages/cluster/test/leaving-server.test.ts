import { redis } from '@sio/cluster/redis';
import type { Socket } from '@sio/core';
import { fetchAnswer, PendingRequest, RawWebSocket, type Running, refusedUpgrade } from '@sio/test-kit';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIALECTS, type Dialect } from './support/passed-on.js';
import { startSpread } from './support/spread.js';

const [eio4, , legacy] = DIALECTS as [Dialect, Dialect, Dialect];

const WAYS = [
  ['HTTP', {}, DIALECTS],
  ['the broker', { url: undefined, forward: 'broker' }, DIALECTS.slice(0, 1)],
] as const;

/** The next socket of a server. */
function arrival({ io }: Running): Promise<Socket> {
  return new Promise((resolve) => io.once('connection', resolve));
}

/** The arguments with which a socket's end is announced, each time that it is. */
function endsOf(socket: Socket) {
  const ends: unknown[][] = [];
  socket.on('disconnect', (reason, description, details) =>
    ends.push([reason, (description as Error | undefined)?.message, details.code]),
  );
  return ends;
}

const SHUTTING_DOWN = [
  'server shutting down',
  'the server that passes this connection on is shutting down',
  'server_shutting_down',
];

describe.skipIf(!hasBroker('redis')).each(WAYS)(
  'a server that drains and forwards over %s',
  (_way, options, dialects) => {
    let broker: Broker;
    beforeAll(async () => {
      broker = await startBroker('redis');
    });
    afterAll(() => broker?.close());

    async function startPair() {
      return (await startSpread(() => redis(createClient({ url: broker.url })), options)) as [Running, Running];
    }

    async function waits({ io }: Running, sid: string): Promise<void> {
      while (io.engine.clients.get(sid)?.transport.writable !== true) await new Promise((r) => setImmediate(r));
    }

    it.each(dialects)('ends the WebSockets of other servers in good order: $name', async (dialect) => {
      const [a, b] = await startPair();
      const arrived = arrival(a);
      const sid = await dialect.open(a.url);
      const opening = dialect.upgrade(b.url, sid);
      const socket = await arrived;
      const ends = endsOf(socket);
      const ws = await opening;
      while (socket.conn.transport.name !== 'websocket') await new Promise((r) => setImmediate(r));
      const work = new Promise<() => void>((resolve) => socket.on('work', (done) => resolve(() => done('done'))));
      ws.send(dialect.question('work'));
      const finish = await work;
      socket.emit('news', 1);
      const drained = b.io.drain({ deadline: 30_000, jitter: 0 });
      expect(await ws.next()).toBe(dialect.event('news', 1));
      // Nothing ends while work is under way, and nothing new begins.
      while (ws.ws.readyState === ws.ws.OPEN && !isRetired(socket)) await new Promise((r) => setImmediate(r));
      for (let n = 2; n < 100; n++) socket.emit('news', n);
      finish();
      for (let n = 2; n < 100; n++) expect(await ws.next()).toBe(dialect.event('news', n));
      expect(await ws.next()).toBe(dialect.answer);
      expect(await ws.closed()).toBe(1001);
      expect(await drained).toEqual({ closed: 1, cut: 0 });
      expect(ends).toEqual([SHUTTING_DOWN]);
    });

    it.each(dialects)('has waiting polls answered, whose sessions go on: $name', async (dialect) => {
      const [a, b] = await startPair();
      const arrived = arrival(a);
      const sid = await dialect.open(a.url);
      if (dialect === legacy) await fetchAnswer(dialect.poll(a.url, sid));
      const ends = endsOf(await arrived);
      const poll = new PendingRequest(dialect.poll(b.url, sid));
      await waits(a, sid);
      const drained = b.io.drain({ deadline: 30_000, jitter: 0 });
      expect(await poll.answer()).toMatchObject({ status: 200, body: dialect.noop });
      expect(await drained).toEqual({ closed: 0, cut: 0 });
      // One that comes now does not wait for long.
      expect(await fetchAnswer(dialect.poll(b.url, sid))).toMatchObject({ status: 200, body: dialect.noop });
      const last = new PendingRequest(dialect.poll(b.url, sid));
      await waits(a, sid);
      const closed = b.io.close();
      expect(await last.answer()).toMatchObject({ status: 200, body: dialect.noop });
      await closed;
      expect(ends).toEqual([]);
    });

    it('lets an upgrade that is under way finish first, and declines new ones', async () => {
      const [a, b] = await startPair();
      const arrived = arrival(a);
      const [sid, other] = [await eio4.open(a.url), await eio4.open(a.url)];
      const ends = endsOf(await arrived);
      const target = (id: string) => `${b.url}/socket.io/?EIO=4&transport=websocket&sid=${id}`;
      const ws = await RawWebSocket.open(target(sid));
      expect(await ws.send('2probe').next()).toBe('3probe');
      const drained = b.io.drain({ deadline: 30_000, jitter: 0 });
      expect(await refusedUpgrade(target(other))).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      expect(a.io.engine.clients.get(other)?.readyState).toBe('open');
      ws.send('5');
      expect(await ws.closed()).toBe(1001);
      expect(await drained).toEqual({ closed: 1, cut: 0 });
      expect(ends).toEqual([SHUTTING_DOWN]);
    });

    it('cuts at the deadline what has not ended', async () => {
      const [a, b] = await startPair();
      const arrived = arrival(a);
      const ws = await eio4.upgrade(b.url, await eio4.open(a.url));
      const socket = await arrived;
      const ends = endsOf(socket);
      const begun = new Promise((resolve) => socket.on('work', resolve));
      ws.send(eio4.question('work'));
      await begun;
      expect(await b.io.drain({ deadline: 100, jitter: 0 })).toEqual({ closed: 0, cut: 1 });
      expect(await ws.closed()).toBe(1006);
      while (ends.length === 0) await new Promise((r) => setImmediate(r));
      expect(ends).toEqual([['transport close', undefined, 'connection_lost']]);
    });
  },
);

/** Whether no event of its client is handled any more. */
function isRetired({ conn }: Socket): boolean {
  return conn.receiver?.takesEvents('/') === false;
}
