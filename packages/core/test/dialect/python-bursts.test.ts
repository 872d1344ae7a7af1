import type { Socket } from '@sio/core';
import { connect, fetchAnswer, startServer } from '@sio/test-kit';
import { type PythonClient, pythonWith } from '@sio/test-kit/python';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PythonClients } from '../matrix/remote/python-clients.js';

/** Events that the server sends in one go. */
const BURST = 100;
const NUMBERS = Array.from({ length: BURST }, (_, n) => n);

describe.each<PythonClient>(['4.6', '5.x'])('python-socketio %s, which reads 16 packets of one answer', (release) => {
  const python = pythonWith(release);

  describe.skipIf(python === undefined).each(['sync', 'asyncio'] as const)('%s', (way) => {
    let clients: PythonClients;
    beforeAll(() => {
      clients = new PythonClients(release, python!, way);
    });
    afterAll(() => clients.close());

    test.each([
      ['texts', (n: number): unknown => n],
      ['bytes', (n: number): unknown => Buffer.of(n)],
    ])('polls a burst of a hundred %s, and stays', async (_what, value) => {
      const { url, io } = await startServer({
        onConnection(socket) {
          socket.on('ask', () => {
            for (const n of NUMBERS) socket.emit('said', value(n));
          });
          socket.on('echo', (word, answer) => answer(word));
        },
      });
      const client = clients.connect(url, { transports: ['polling'] });
      await client.next('connect');
      const heard: unknown[] = [];
      const all = new Promise<void>((resolve) => {
        client.on('said', (said: unknown) => heard.push(said) === BURST && resolve());
      });
      client.emit('ask');
      await all;
      // With threads, each event is handled in one of its own.
      if (way === 'asyncio') expect(heard).toEqual(NUMBERS.map((n) => value(n)));
      else expect(heard).toEqual(expect.arrayContaining(NUMBERS.map((n) => value(n))));
      expect(await client.ask('echo', 'still there')).toEqual(['still there']);
      expect(io.engine.clientsCount).toBe(1);
    });
  });
});

const SEPARATOR = '\x1e';

/** A client that polls by hand. */
async function poller(stamp: string, headers: Record<string, string> = {}) {
  const { url, io } = await startServer();
  const base = `${url}/socket.io/?EIO=4&transport=polling${stamp}`;
  const { sid } = JSON.parse((await fetchAnswer(base, { headers })).body.slice(1)) as { sid: string };
  const target = `${base}&sid=${sid}`;
  const joined = new Promise<Socket>((resolve) => io.once('connection', resolve));
  await fetchAnswer(target, { method: 'POST', body: '40' });
  const socket = await joined;
  const poll = async () => (await fetchAnswer(target)).body.split(SEPARATOR);
  await poll();
  return { socket, poll };
}

describe('an answer to a poll', () => {
  test.each([
    ['&t=1764470000.1234567', {}],
    ['', { 'user-agent': 'python-requests/2.34.2' }],
    ['', { 'user-agent': 'Python/3.11 aiohttp/3.14.5' }],
  ])('has at most 16 packets for a client that stamps %s and calls itself %o', async (stamp, headers) => {
    const { socket, poll } = await poller(stamp, headers);
    const sent: number[] = [];
    for (const n of NUMBERS) socket.send(n);
    socket.conn.on('drain', () => sent.push(socket.conn.writeBuffer.length));
    const answers = [];
    for (let n = 0; n < Math.ceil(BURST / 16); n++) answers.push(await poll());
    expect(answers.map(({ length }) => length)).toEqual([16, 16, 16, 16, 16, 16, 4]);
    expect(answers.flat()).toEqual(NUMBERS.map((n) => `42["message",${n}]`));
    expect(sent).toEqual([0]);
    expect(socket.conn.bufferedBytes).toBe(0);
  });

  test('has the rest before the close packet when the server ends the connection', async () => {
    const { socket, poll } = await poller('&t=1764470000.1234567');
    for (const n of NUMBERS.slice(0, 20)) socket.send(n);
    socket.disconnect(true);
    expect(await poll()).toHaveLength(16);
    const rest = await poll();
    expect(rest.slice(0, 4)).toEqual([16, 17, 18, 19].map((n) => `42["message",${n}]`));
    expect([...rest.slice(4), ...(await poll())]).toEqual(['41', '6', '1']);
  });

  test.each(['', '&t=PcX7yZ1', '&t=1764470000123-4'])(
    'has all packets for a client that stamps "%s"',
    async (stamp) => {
      const { socket, poll } = await poller(stamp);
      for (const n of NUMBERS) socket.send(n);
      expect(await poll()).toHaveLength(BURST);
    },
  );

  test('has what is left on the WebSocket after an upgrade', async () => {
    const { url, io } = await startServer();
    const headers = { 'user-agent': 'python-requests/2.34.2' };
    const arrived = new Promise<Socket>((resolve) => io.once('connection', resolve));
    const client = connect('4.8.4', url, { transports: ['polling', 'websocket'], extraHeaders: headers });
    const heard: unknown[] = [];
    client.on('said', (n: unknown) => heard.push(n));
    const socket = await arrived;
    const last = client.next('last');
    for (const n of NUMBERS) socket.emit('said', n);
    socket.emit('last');
    await last;
    expect(heard).toEqual(NUMBERS);
  });
});
