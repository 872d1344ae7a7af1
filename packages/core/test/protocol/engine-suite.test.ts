import {
  failOnStrayErrors,
  fetchAnswer,
  PendingRequest,
  RawWebSocket,
  type Running,
  refusedUpgrade,
  startServer,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

// The cases of the official suites of Engine.IO 3 and 4, and what a server of Socket.IO makes of them: their messages are events here.

failOnStrayErrors();

const QUIET = { pingInterval: 60_000, pingTimeout: 20_000 };
const QUICK = { pingInterval: 100, pingTimeout: 100, pingGrace: 0 };

interface Revision {
  readonly number: 3 | 4;
  payload(...packets: string[]): string;
  /** A binary message as text. */
  readonly base64: (data: string) => string;
  /** A WebSocket frame of a binary message. */
  frame(bytes: Buffer): Buffer;
}

const REVISIONS: readonly Revision[] = [
  {
    number: 4,
    payload: (...packets) => packets.join('\x1e'),
    base64: (data) => `b${data}`,
    frame: (bytes) => bytes,
  },
  {
    number: 3,
    payload: (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join(''),
    base64: (data) => `b4${data}`,
    frame: (bytes) => Buffer.concat([Buffer.of(4), bytes]),
  },
];

describe.each(REVISIONS)('Engine.IO $number', (revision) => {
  const { number, payload } = revision;

  async function start(options: object = QUIET): Promise<Running> {
    const server = await startServer(options);
    server.io.on('connection', (socket) => {
      socket.on('echo', (...values: unknown[]) => socket.emit('echo', ...values));
    });
    return server;
  }

  const address = ({ url }: Running, transport = 'polling', more = '') =>
    `${url}/socket.io/?EIO=${number}&transport=${transport}${more}`;

  /** A session over polling, in the main namespace. */
  async function open(server: Running) {
    const hello = await fetchAnswer(address(server, 'polling', number === 3 ? '&b64=1' : ''));
    const sid = /"sid":"([^"]+)"/.exec(hello.body)?.[1];
    const url = address(server, 'polling', `&sid=${sid}`);
    const session = {
      sid,
      url,
      get: () => fetchAnswer(url),
      hold: () => new PendingRequest(url),
      post: (body: string) => fetchAnswer(url, { method: 'POST', body, headers: { 'Content-Type': 'text/plain' } }),
      /** Until a poll waits. */
      held: async () => {
        const conn = server.io.engine.clients.get(sid!);
        while (conn?.transport.writable !== true) await new Promise((resolve) => setImmediate(resolve));
      },
      webSocket: () => RawWebSocket.open(address(server, 'websocket', `&sid=${sid}`)),
    };
    if (number === 4) await session.post('40');
    // That it is in. A client of Engine.IO 3 is told without asking.
    if (!hello.body.includes('2:40')) {
      const { body } = await session.get();
      // On a busy machine the first heartbeat comes along. With its answer the next one begins.
      if (body.endsWith('\x1e2')) await session.post('3');
    }
    return session;
  }

  async function openByWebSocket(server: Running): Promise<RawWebSocket> {
    const ws = await RawWebSocket.open(address(server, 'websocket'));
    expect(await ws.next()).toMatch(/^0\{/);
    if (number === 4) ws.send('40');
    let answer = await ws.next();
    for (; answer === '2'; answer = await ws.next()) ws.send('3');
    expect(answer).toMatch(/^40/);
    return ws;
  }

  const event = (value: string) => `42["echo",${value}]`;

  describe('a handshake', () => {
    it('over polling opens a session', async () => {
      const { status, body } = await fetchAnswer(address(await start()));
      expect(status).toBe(200);
      const opened = JSON.parse(/\{.*?\}/.exec(body)![0]);
      expect(opened).toMatchObject({ sid: expect.any(String), upgrades: ['websocket'] });
      expect(opened).toMatchObject({ pingInterval: 60_000, pingTimeout: 20_000, maxPayload: 1_000_000 });
      expect(Object.keys(opened)).toEqual(['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
    });

    it('over WebSocket opens a session without upgrades', async () => {
      const ws = await RawWebSocket.open(address(await start(), 'websocket'));
      const opened = JSON.parse(String(await ws.next()).slice(1));
      expect(opened).toMatchObject({ sid: expect.any(String), upgrades: [] });
      expect(opened).toMatchObject({ pingInterval: 60_000, pingTimeout: 20_000, maxPayload: 1_000_000 });
    });

    it.each(['EIO=abc&', 'EIO=&', 'EIO=5&', 'EIO=3.5&'])('with the revision %s fails', async (query) => {
      const { url } = await start();
      expect((await fetchAnswer(`${url}/socket.io/?${query}transport=polling`)).status).toBe(400);
      expect((await refusedUpgrade(`${url}/socket.io/?${query}transport=websocket`)).status).toBe(400);
    });

    it('without a protocol version is one of version 3, and fails where that is not served', async () => {
      const { url } = await start({ ...QUIET, allowEIO3: number === 3 });
      const status = number === 3 ? 200 : 400;
      expect((await fetchAnswer(`${url}/socket.io/?transport=polling`)).status).toBe(status);
    });

    it.each(['', '&transport=', '&transport=abc', '&transport=__proto__'])(
      'with the transport "%s" fails',
      async (query) => {
        const { url } = await start();
        expect((await fetchAnswer(`${url}/socket.io/?EIO=${number}${query}`)).status).toBe(400);
        expect((await refusedUpgrade(`${url}/socket.io/?EIO=${number}${query}`)).status).toBe(400);
      },
    );

    it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('with the method %s fails', async (method) => {
      const server = await start();
      expect((await fetchAnswer(address(server), { method, body: '' })).status).toBe(400);
    });
  });

  describe('a message', () => {
    it('is sent in one POST and received with the next poll', async () => {
      const session = await open(await start());
      expect(await session.post(payload(event('"hello"')))).toMatchObject({ status: 200, body: 'ok' });
      expect(await session.get()).toMatchObject({ status: 200, body: payload(event('"hello"')) });
    });

    it('is one of several in one POST, which come in one answer', async () => {
      const session = await open(await start());
      const packets = payload(event('1'), event('2'), event('3'));
      expect(await session.post(packets)).toMatchObject({ status: 200, body: 'ok' });
      expect((await session.get()).body).toBe(packets);
    });

    it('can have bytes, as base64', async () => {
      const session = await open(await start());
      const binary = '451-["echo",{"_placeholder":true,"num":0}]';
      const packets = payload(binary, revision.base64('AQIDBA=='), event('"text"'));
      expect(await session.post(packets)).toMatchObject({ status: 200, body: 'ok' });
      expect((await session.get()).body).toBe(packets);
    });

    it.each(['abc', '', '9'])('that is the invalid payload "%s" closes the session', async (body) => {
      const session = await open(await start());
      await session.post(body);
      expect((await session.get()).status).toBe(400);
    });

    it('over WebSocket comes back', async () => {
      const ws = await openByWebSocket(await start());
      expect(await ws.send(event('"hello"')).next()).toBe(event('"hello"'));
    });

    it('over WebSocket can have bytes', async () => {
      const ws = await openByWebSocket(await start());
      const binary = '451-["echo",{"_placeholder":true,"num":0}]';
      const bytes = revision.frame(Buffer.of(1, 2, 3, 4));
      expect(await ws.send(binary).send(bytes).next()).toBe(binary);
      expect(await ws.next()).toEqual(bytes);
    });

    it.each(['abc', '9', ''])('that is the invalid frame "%s" closes the WebSocket', async (frame) => {
      const ws = await openByWebSocket(await start());
      await ws.send(frame).closed();
    });
  });

  it('a second poll beside the first closes the session, and both are answered', async () => {
    const session = await open(await start());
    const first = session.hold();
    await session.held();
    expect((await fetchAnswer(`${session.url}&t=burst`)).status).toBe(400);
    expect(await first.answer()).toMatchObject({ status: 200, body: payload('1') });
    expect((await session.get()).status).toBe(400);
  });

  it('a poll that its client aborts closes the session', async () => {
    const server = await start();
    const session = await open(server);
    const conn = server.io.engine.clients.get(session.sid!)!;
    const poll = session.hold();
    await session.held();
    const closed = new Promise((resolve) => conn.on('close', resolve));
    poll.abort();
    await closed;
    expect((await session.get()).status).toBe(400);
  });

  describe('heartbeats', () => {
    it('go on over polling as long as they are answered', async () => {
      const server = await start({ pingInterval: 100, pingTimeout: 20_000 });
      const session = await open(server);
      for (let n = 0; n < 3; n++) {
        if (number === 4) expect((await session.get()).body).toBe('2');
        expect((await session.post(payload(number === 4 ? '3' : '2'))).status).toBe(200);
        if (number === 3) expect((await session.get()).body).toBe('1:3');
      }
    });

    it('go on over WebSocket as long as they are answered', async () => {
      const ws = await openByWebSocket(await start({ pingInterval: 100, pingTimeout: 20_000 }));
      for (let n = 0; n < 3; n++) {
        if (number === 4) expect(await ws.next()).toBe('2');
        ws.send(number === 4 ? '3' : '2');
        if (number === 3) expect(await ws.next()).toBe('3');
      }
    });

    it('that are missing close a session over polling', async () => {
      const server = await start(QUICK);
      const session = await open(server);
      while (server.io.engine.clients.size > 0) await new Promise((resolve) => setImmediate(resolve));
      expect((await session.get()).status).toBe(400);
      expect((await session.post(payload('2'))).status).toBe(400);
    });

    it('that are missing close a WebSocket', async () => {
      const ws = await RawWebSocket.open(address(await start(QUICK), 'websocket'));
      expect(await ws.closed()).toBeGreaterThan(0);
    });
  });

  describe('a close packet', () => {
    it('over polling answers the waiting poll with a noop, and ends the session', async () => {
      const session = await open(await start());
      const poll = session.hold();
      await session.held();
      expect((await session.post(payload('1'))).status).toBe(200);
      expect(await poll.answer()).toMatchObject({ status: 200, body: payload('6') });
      expect((await session.get()).status).toBe(400);
    });

    it('over WebSocket ends the session, at the latest with its heartbeat', async () => {
      const server = await start(QUICK);
      const ws = await RawWebSocket.open(address(server, 'websocket'));
      await ws.send('1').closed();
      expect(server.io.engine.clientsCount).toBe(0);
    });
  });

  describe('an upgrade', () => {
    it('is probed, answers the waiting poll with a noop, and carries packets', async () => {
      const session = await open(await start());
      const ws = await session.webSocket();
      expect(await ws.send('2probe').next()).toBe('3probe');
      expect(await session.get()).toMatchObject({ status: 200, body: payload('6') });
      expect(await ws.send('5').send(event('"hello"')).next()).toBe(event('"hello"'));
    });

    it('ends polling, and a later poll harms nothing', async () => {
      const session = await open(await start());
      const ws = await session.webSocket();
      expect(await ws.send('2probe').next()).toBe('3probe');
      expect(await ws.send('5').send(event('1')).next()).toBe(event('1'));
      expect((await session.get()).status).toBe(400);
      expect(await ws.send(event('"hello"')).next()).toBe(event('"hello"'));
    });

    it('happens once: a further WebSocket is closed, and harms nothing', async () => {
      const session = await open(await start());
      const ws = await session.webSocket();
      expect(await ws.send('2probe').next()).toBe('3probe');
      expect(await ws.send('5').send(event('1')).next()).toBe(event('1'));
      await (await session.webSocket()).closed();
      expect(await ws.send(event('"hello"')).next()).toBe(event('"hello"'));
    });
  });
});

it('Engine.IO 3 carries bytes as bytes where the client takes them', async () => {
  const server = await startServer(QUIET);
  server.io.on('connection', (socket) => socket.on('echo', (value) => socket.emit('echo', value)));
  const base = `${server.url}/socket.io/?EIO=3&transport=polling`;
  const hello = Buffer.from(await (await fetch(base)).arrayBuffer());
  const sid = /"sid":"([^"]+)"/.exec(hello.toString('latin1'))![1];
  const url = `${base}&sid=${sid}`;
  const binary = '451-["echo",{"_placeholder":true,"num":0}]';
  if (!hello.includes('40')) await (await fetch(url)).text();
  await fetch(url, { method: 'POST', body: `${binary.length}:${binary}10:b4AQIDBA==` });
  const body = Buffer.from(await (await fetch(url)).arrayBuffer());
  // Of each packet: 0 for text or 1 for bytes, the digits of its length, 255.
  const digits = [...String(binary.length)].map(Number);
  const text = Buffer.concat([Buffer.of(0, ...digits, 255), Buffer.from(binary)]);
  expect(body).toEqual(Buffer.concat([text, Buffer.of(1, 5, 255, 4, 1, 2, 3, 4)]));
});
