import { once } from 'node:events';
import { connect, type Socket as NetSocket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Socket } from '@sio/core';
import { failOnStrayErrors, fetchAnswer, startServer, upgradeLines } from '@sio/test-kit';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

failOnStrayErrors();

afterEach(() => {
  vi.useRealTimers();
});

/** Far more than systems take by themselves. */
const LENGTH = 48_000_000;
const BUDGET = 64_000_000;

/** Shakes hands, and gives the head of the request whose answer brings messages. */
type Come = (url: string) => Promise<readonly string[]>;

const get = (path: string) => [`GET ${path} HTTP/1.1`, 'Host: localhost'];

const legacySid = async (url: string) => (await fetchAnswer(`${url}/socket.io/1/`)).body.split(':')[0];

const legacy =
  (transport: string): Come =>
  async (url) =>
    get(`/socket.io/1/${transport}/${await legacySid(url)}?i=0`);

const engine =
  (revision: number, join?: string): Come =>
  async (url) => {
    const path = `/socket.io/?EIO=${revision}&transport=polling`;
    const sid = /"sid":"([^"]+)"/.exec((await fetchAnswer(url + path)).body)?.[1];
    if (join !== undefined) await fetchAnswer(`${url}${path}&sid=${sid}`, { method: 'POST', body: join });
    return get(`${path}&sid=${sid}`);
  };

const WAYS: Readonly<Record<string, Come>> = {
  'WebSocket of Engine.IO 3': async () => upgradeLines('/socket.io/?EIO=3&transport=websocket'),
  'WebSocket of 0.9': async (url) => upgradeLines(`/socket.io/1/websocket/${await legacySid(url)}`),
  'polling of Engine.IO 4': engine(4, '40'),
  'polling of Engine.IO 3': engine(3),
  'xhr-polling of 0.9': legacy('xhr-polling'),
  'jsonp-polling of 0.9': legacy('jsonp-polling'),
  'htmlfile of 0.9': legacy('htmlfile'),
  'xhr-multipart of 0.9': legacy('xhr-multipart'),
};

/** A client on a link whose speed the test sets, with a clock of the test's own. */
async function harness(come: Come) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { io, port, url } = await startServer({ maxBufferedBytes: BUDGET, pingInterval: 25_000, pingTimeout: 20_000 });
  const arrival = once(io as never, 'connection') as Promise<[Socket]>;
  const head = await come(url);
  const polls = /polling/.test(head[0]!);
  const ask = (lines: readonly string[]) => {
    const link = connect(port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void link.destroy());
    link.write(`${lines.join('\r\n')}\r\n\r\n`);
    return link;
  };
  let link: NetSocket = ask(head);
  const [socket] = await arrival;
  await once(link, 'data');
  if (polls) {
    while (socket.conn.writeBuffer.length > 0) await fetchAnswer(url + head[0]!.split(' ')[1]);
    link = ask(head);
  }
  while (!socket.conn.writable) await turn();
  let received = 0;
  link.on('data', (bytes) => {
    received += bytes.length;
  });
  link.pause();
  socket.emit('news', 'x'.repeat(LENGTH));
  for (let turns = 0; turns < 3; turns++) await turn();
  expect(socket.bufferedBytes).toBeGreaterThan(0);
  return { socket, link, received: () => received };
}

async function pass(seconds: number): Promise<void> {
  for (let n = 0; n < seconds; n++) {
    vi.advanceTimersByTime(1000);
    for (let turns = 0; turns < 3; turns++) await turn();
  }
}

describe.each(Object.entries(WAYS))('over %s', (_, come) => {
  it('a client that needs minutes to read a message gets all of it and stays connected', async () => {
    const { socket, link, received } = await harness(come);
    const { transport } = socket.conn;
    let seconds = 0;
    while (socket.connected && transport.bytesTaken !== -1) {
      const before = transport.bytesTaken;
      link.resume();
      while (transport.bytesTaken === before) await turn();
      link.pause();
      await pass(15);
      seconds += 15;
    }
    expect(socket.connected).toBe(true);
    expect(seconds).toBeGreaterThan(75);
    link.resume();
    while (received() < LENGTH) await turn();
  });

  it('a client that stops reading in the middle of a message is disconnected', async () => {
    const { socket } = await harness(come);
    let reason: string | undefined;
    socket.on('disconnect', (why) => {
      reason = why;
    });
    let seconds = 0;
    for (; reason === undefined; seconds++) await pass(1);
    expect(reason).toBe('ping timeout');
    expect(seconds).toBeLessThanOrEqual(62);
  });
});
