import { once } from 'node:events';
import type { Server, Socket } from '@sio/core';
import { fetchAnswer, RawWebSocket, type Running, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const BUDGET = 200_000;
const CHUNK = 'x'.repeat(10_000);
const turn = () => new Promise((resolve) => setImmediate(resolve));

type Way = 'Engine.IO 4' | 'Engine.IO 3' | 'Socket.IO 0.9';
const WAYS: readonly Way[] = ['Engine.IO 4', 'Engine.IO 3', 'Socket.IO 0.9'];

/** A client on WebSocket that reads only when it is told to. */
class Slow {
  readonly ws: RawWebSocket;
  readonly socket: Socket;
  readonly #net: { pause(): void; resume(): void };

  private constructor(ws: RawWebSocket, socket: Socket) {
    this.ws = ws;
    this.socket = socket;
    this.#net = (ws.ws as unknown as { _socket: { pause(): void; resume(): void } })._socket;
  }

  static async connect(server: Running, way: Way): Promise<Slow> {
    const arrived = new Promise<Socket>((resolve) => void server.io.once('connection', resolve));
    let path = `/socket.io/?EIO=${way === 'Engine.IO 4' ? 4 : 3}&transport=websocket`;
    if (way === 'Socket.IO 0.9') {
      const { body } = await fetchAnswer(`${server.url}/socket.io/1/`);
      path = `/socket.io/1/websocket/${body.split(':')[0]}`;
    }
    const ws = await RawWebSocket.open(server.url + path);
    if (way === 'Engine.IO 4') ws.send('40');
    return new Slow(ws, await arrived);
  }

  /** Stops reading, and has the system's own buffers filled. */
  async stop(): Promise<void> {
    this.#net.pause();
    while (this.socket.conn.writable) {
      this.socket.emit('fill', CHUNK);
      await turn();
    }
  }

  /** Reads everything up to an event `end`; gives the arguments of the events called `price`. */
  async read(): Promise<unknown[]> {
    this.#net.resume();
    this.socket.emit('end');
    const prices: unknown[] = [];
    for (;;) {
      const frame = String(await this.ws.next());
      const at = frame.search(/[[{]/);
      if (at === -1) continue;
      const data = JSON.parse(frame.slice(at));
      const [name, ...args] = Array.isArray(data) ? data : [data.name, ...(data.args ?? [])];
      if (name === 'price') prices.push(args[0]);
      if (name === 'end') return prices;
    }
  }
}

/** Room enough for what the system takes, too: nothing but the policy keeps the client within its budget. */
const OPTIONS = { maxBufferedBytes: BUDGET, pingInterval: 60_000 };

describe.each(WAYS)('a client of %s that has stopped reading', (way) => {
  it('gets the latest of each key, once it reads again', async () => {
    const server = await startServer(OPTIONS);
    const slow = await Slow.connect(server, way);
    await slow.stop();
    for (let n = 0; n < 1000; n++) {
      slow.socket.latest(`share ${n % 3}`).emit('price', n, CHUNK);
      if (n % 100 === 0) await turn();
    }
    expect(slow.socket.bufferedBytes).toBeLessThan(BUDGET);
    expect(await slow.read()).toEqual([997, 998, 999]);
    expect(server.io.engine.flow).toMatchObject({ replaced: 997, dropped: 0, slowConsumers: 0 });
  });

  it('misses the oldest droppable events, and nothing else', async () => {
    const server = await startServer(OPTIONS);
    const slow = await Slow.connect(server, way);
    await slow.stop();
    const before = slow.socket.bufferedBytes;
    for (let n = 0; n < 100; n++) {
      if (n === 10) slow.socket.emit('price', 'kept');
      slow.socket.droppable.emit('price', n, CHUNK);
      expect(slow.socket.bufferedBytes).toBeLessThanOrEqual(BUDGET);
    }
    const prices = await slow.read();
    const fits = Math.floor((BUDGET - before) / (CHUNK.length + 100));
    expect(prices[0]).toBe('kept');
    expect(prices.length).toBeGreaterThanOrEqual(fits - 1);
    expect(prices.slice(1)).toEqual(Array.from({ length: prices.length - 1 }, (_, at) => 101 - prices.length + at));
    expect(server.io.engine.flow.dropped).toBe(101 - prices.length);
  });

  it('gets later events in order, and is disconnected once events wait that may not be dropped', async () => {
    const server = await startServer(OPTIONS);
    const slow = await Slow.connect(server, way);
    await slow.stop();
    slow.socket.droppable.emit('price', 1);
    slow.socket.emit('price', 2);
    slow.socket.latest('a').emit('price', 3);
    expect(await slow.read()).toEqual([1, 2, 3]);
    await slow.stop();
    slow.socket.droppable.emit('price', 0);
    const gone = once(slow.socket, 'disconnect');
    while (slow.socket.connected) {
      slow.socket.emit('fill', CHUNK);
      await turn();
    }
    expect((await gone)[0]).toBe('slow consumer');
    expect(server.io.engine.flow.slowConsumers).toBe(1);
  });

  it('misses the oldest events of all with slowConsumers drop-oldest, also of broadcasts', async () => {
    const server = await startServer({ ...OPTIONS, slowConsumers: 'drop-oldest' });
    const slow = await Slow.connect(server, way);
    await slow.stop();
    for (let n = 0; n < 200; n++) {
      if (n % 2 === 0) slow.socket.emit('price', n, CHUNK);
      else server.io.emit('price', n, CHUNK);
      if (n % 20 === 0) await turn();
    }
    expect(slow.socket.connected).toBe(true);
    const prices = (await slow.read()) as number[];
    expect(prices.at(-1)).toBe(199);
    expect(prices).toEqual(Array.from({ length: prices.length }, (_, at) => 200 - prices.length + at));
    expect(server.io.engine.flow.dropped).toBe(200 - prices.length);
  });

  it('can have this policy for its connection only', async () => {
    const server = await startServer(OPTIONS);
    const [lenient, strict] = [await Slow.connect(server, way), await Slow.connect(server, way)];
    lenient.socket.conn.slowConsumers = 'drop-oldest';
    await Promise.all([lenient.stop(), strict.stop()]);
    const gone = once(strict.socket, 'disconnect');
    for (let n = 0; n < 100; n++) {
      server.io.emit('price', n, CHUNK);
      await turn();
    }
    expect((await gone)[0]).toBe('slow consumer');
    expect(lenient.socket.connected).toBe(true);
  });

  it('misses volatile events, which are counted', async () => {
    const server = await startServer(OPTIONS);
    const slow = await Slow.connect(server, way);
    await slow.stop();
    slow.socket.volatile.emit('price', 1);
    server.io.volatile.emit('price', 2);
    expect(await slow.read()).toEqual([]);
    expect(server.io.engine.flow.skipped).toBe(2);
  });
});

describe('a client on polling', () => {
  it('gets the latest of each key with its next poll, in order with the rest', async () => {
    const server = await startServer(OPTIONS);
    const base = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const sid = (JSON.parse((await fetchAnswer(base)).body.slice(1)) as { sid: string }).sid;
    const arrived = new Promise<Socket>((resolve) => void server.io.once('connection', resolve));
    await fetchAnswer(`${base}&sid=${sid}`, { method: 'POST', body: '40' });
    const socket = await arrived;
    await fetchAnswer(`${base}&sid=${sid}`);
    for (let n = 0; n < 1000; n++) server.io.latest('a').emit('price', n);
    socket.emit('price', 'last');
    const { body } = await fetchAnswer(`${base}&sid=${sid}`);
    expect(body).toBe('42["price",999]\x1e42["price","last"]');
    const drained = socket.drained();
    await drained;
    expect(socket.bufferedBytes).toBe(0);
  });
});

it('keys and droppable events are separate for each namespace, and invalid policies are refused', async () => {
  await expect(startServer({ slowConsumers: 'wait' as never })).rejects.toThrow(
    "option slowConsumers must be 'disconnect' or 'drop-oldest', not \"wait\"",
  );
  const server = await startServer(OPTIONS);
  const slow = await Slow.connect(server, 'Engine.IO 4');
  const joined = new Promise<Socket>((resolve) => void (server.io as Server).of('/b').once('connection', resolve));
  slow.ws.send('40/b,');
  const other = await joined;
  await slow.stop();
  slow.socket.latest('a').emit('price', 1);
  other.latest('a').emit('price', 2);
  expect(await slow.read()).toEqual([1, 2]);
});
