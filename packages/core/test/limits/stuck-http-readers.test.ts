import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { ServerOptions, Socket } from '@sio/core';
import { closedSocket, failOnStrayErrors, fetchAnswer, type Running, startServer } from '@sio/test-kit';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

failOnStrayErrors();

afterEach(() => {
  vi.useRealTimers();
});

/** More than systems take by themselves. */
const MUCH = 12_000_000;
const BUDGET = 16_000_000;

/** Says hello, and gives the address that its messages are got from. */
type Hello = (url: string) => Promise<string>;

const engine =
  (revision: number, join?: string): Hello =>
  async (url) => {
    const base = `${url}/socket.io/?EIO=${revision}&transport=polling`;
    const sid = /"sid":"([^"]+)"/.exec((await fetchAnswer(base)).body)?.[1];
    if (join !== undefined) await fetchAnswer(`${base}&sid=${sid}`, { method: 'POST', body: join });
    return `${base}&sid=${sid}`;
  };

const legacy =
  (transport: string): Hello =>
  async (url) => {
    const [sid] = (await fetchAnswer(`${url}/socket.io/1/`)).body.split(':');
    return `${url}/socket.io/1/${transport}/${sid}?i=0`;
  };

const POLLS: Readonly<Record<string, Hello>> = {
  'polling of Engine.IO 4': engine(4, '40'),
  'polling of Engine.IO 3': engine(3),
  'xhr-polling of 0.9': legacy('xhr-polling'),
  'jsonp-polling of 0.9': legacy('jsonp-polling'),
};
const STREAMS: Readonly<Record<string, Hello>> = {
  'htmlfile of 0.9': legacy('htmlfile'),
  'xhr-multipart of 0.9': legacy('xhr-multipart'),
};
const WAYS = { ...POLLS, ...STREAMS };

/** A GET whose answer is not read until somebody does. */
class Reader {
  readonly #request: ClientRequest;
  readonly #response: Promise<IncomingMessage>;
  readonly port: Promise<number>;

  constructor(url: string) {
    this.#request = request(url, { agent: false });
    this.#request.on('error', () => {});
    onTestFinished(() => void this.#request.destroy());
    this.#response = new Promise((resolve) => void this.#request.once('response', resolve));
    this.port = once(this.#request, 'socket').then(async ([socket]) => {
      if (socket.connecting) await once(socket, 'connect');
      return socket.localPort;
    });
    this.#request.end();
  }

  /** Data as it comes, piece by piece. */
  async *read(): AsyncGenerator<string> {
    const response = await this.#response;
    response.setEncoding('utf8');
    yield* response;
  }
}

/** A client that has asked for messages, and reads none. */
class Stuck {
  readonly server: Running;
  readonly socket: Socket;
  readonly url: string;
  /** The server's ends of TCP connections, by the ports of the others. */
  readonly #ends: ReadonlyMap<number, NetSocket>;

  private constructor(server: Running, socket: Socket, url: string, ends: ReadonlyMap<number, NetSocket>) {
    this.server = server;
    this.socket = socket;
    this.url = url;
    this.#ends = ends;
  }

  static async start(way: string, options: ServerOptions = {}): Promise<{ client: Stuck; reader: Reader }> {
    const server = await startServer({ maxBufferedBytes: BUDGET, ...options });
    const ends = new Map<number, NetSocket>();
    server.http.on('connection', (end) => ends.set(end.remotePort!, end));
    const arrival = once(server.io as never, 'connection') as Promise<[Socket]>;
    const url = await WAYS[way]!(server.url);
    if (way in STREAMS) {
      const reader = new Reader(url);
      const [socket] = await arrival;
      return { client: new Stuck(server, socket, url, ends), reader };
    }
    if (url.includes('/1/')) await fetchAnswer(url);
    const [socket] = await arrival;
    while (socket.conn.writeBuffer.length > 0) await fetchAnswer(url);
    const client = new Stuck(server, socket, url, ends);
    return { client, reader: await client.poll() };
  }

  /** One more GET, which waits. */
  async poll(): Promise<Reader> {
    const reader = new Reader(this.url);
    while (!this.socket.conn.writable) await turn();
    return reader;
  }

  /** Sends more than the system takes. */
  async fill(): Promise<void> {
    this.socket.emit('news', 0, 'x'.repeat(MUCH));
    for (let turns = 0; turns < 3; turns++) await turn();
  }

  /** Resolves when nothing of what `reader` has not read is kept any more. */
  async released(reader: Reader): Promise<void> {
    const end = this.#ends.get(await reader.port)!;
    await closedSocket(end);
    expect(this.socket.bufferedBytes).toBe(0);
    expect(this.server.io.engine.clientsCount).toBe(0);
  }

  /** Lets time pass, which is not real, until `over`. @returns its seconds. */
  static async elapse(over: () => boolean): Promise<number> {
    let seconds = 0;
    while (!over()) {
      vi.advanceTimersByTime(1000);
      seconds++;
      for (let turns = 0; turns < 3; turns++) await turn();
    }
    return seconds;
  }
}

const fakeTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

describe.each(Object.keys(WAYS))('a client that does not read, over %s,', (way) => {
  it('is disconnected when more than its budget waits, what it has not read included, and all of it is let go', async () => {
    const { client, reader } = await Stuck.start(way);
    await client.fill();
    const waiting = client.socket.bufferedBytes;
    expect(waiting).toBeGreaterThan(1_000_000);
    expect(waiting).toBeLessThan(BUDGET);
    const gone = once(client.socket, 'disconnect');
    client.socket.emit('news', 1, 'x'.repeat(MUCH));
    expect((await gone)[0]).toBe('slow consumer');
    await client.released(reader);
  });

  it('misses the oldest events with drop-oldest, and gets the others in order once it reads', async () => {
    const { client, reader } = await Stuck.start(way, { slowConsumers: 'drop-oldest' });
    await client.fill();
    const held: number[] = [];
    for (let n = 1; n <= 40; n++) {
      client.socket.emit('news', n, 'x'.repeat(1_000_000));
      await turn();
      held.push(client.socket.bufferedBytes);
    }
    expect(Math.max(...held)).toBeLessThanOrEqual(BUDGET);
    expect(client.server.io.engine.flow).toMatchObject({ slowConsumers: 0 });
    const heard = await numbersOf(reader, client, 40);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard[0]).toBe(0);
    expect(client.server.io.engine.flow.dropped).toBe(41 - heard.length);
  });

  it('is disconnected when its heartbeat is due, and its unread output is freed', async () => {
    fakeTime();
    const { client, reader } = await Stuck.start(way, { pingInterval: 25_000, pingTimeout: 20_000 });
    await client.fill();
    let reason: string | undefined;
    client.socket.on('disconnect', (why) => {
      reason = why;
    });
    expect(await Stuck.elapse(() => reason !== undefined)).toBeLessThanOrEqual(60);
    expect(reason).toBe('ping timeout');
    await client.released(reader);
  });

  it('has 30 seconds to read what was sent before its connection was closed', async () => {
    fakeTime();
    const { client, reader } = await Stuck.start(way, { pingInterval: 3_600_000 });
    await client.fill();
    let released = false;
    client.socket.conn.close(true);
    const release = client.released(reader).then(() => {
      released = true;
    });
    const seconds = await Stuck.elapse(() => released);
    await release;
    expect([29, 30, 31, 32]).toContain(seconds);
  });
});

/** The numbers of the news that come until `last` does. */
async function numbersOf(reader: Reader, client: Stuck, last: number): Promise<number[]> {
  const numbers: number[] = [];
  const streams = !client.socket.conn.transport.name.includes('polling');
  for (let source = reader; ; source = new Reader(client.url)) {
    let text = '';
    for await (const piece of source.read()) {
      text += piece.replaceAll(/x{2,}/g, 'x');
      if (streams && numbersIn(text).at(-1) === last) break;
    }
    numbers.push(...numbersIn(text));
    if (numbers.at(-1) === last) return numbers;
  }
}

/** In strings within strings, quotes are escaped; 0.9 names what an event has. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/news\\*",(?:\\*"args\\*":\[)?(\d+),/g)].map(([, number]) => Number(number));
}

describe.each(Object.keys(POLLS))('over %s', (way) => {
  it('unread answers to one GET after the other count together', async () => {
    const { client } = await Stuck.start(way);
    const gone = once(client.socket, 'disconnect');
    for (let polls = 0; client.socket.connected; polls++) {
      await client.fill();
      if (client.socket.connected) await client.poll();
      if (polls > 20) throw new Error('the polls are not counted');
    }
    expect((await gone)[0]).toBe('slow consumer');
  });
});
