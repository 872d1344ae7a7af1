import type { Socket as NetSocket } from 'node:net';
import { type DisconnectDetails, limitDefaults, type ServerOptions, type Socket } from '@sio/core';
import {
  type ClientProfile,
  EngineSession,
  PROFILES,
  posts,
  RARE_PROFILES,
  RawClient,
  RawWebSocket,
  serverFor,
  startServer,
} from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

const BUDGET = 100_000;
const EVENTS = 30;
const TEXT = 'x'.repeat(10_000);
const ALL = Array.from({ length: EVENTS }, (_, n) => n);

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Decisions of the test. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Where events wait for something, and what lets them go on. */
const PLACES: Record<string, (opened: Promise<void>) => ServerOptions> = {
  'a guard': (opened) => ({ guards: [(_socket, { type }) => type === 'connect' || opened.then(() => true)] }),
  'the event before (serial)': () => ({ serial: true }),
  'a connect middleware': () => ({}),
  'a namespace that is looked for': () => ({}),
  'a middleware of the socket': () => ({}),
};

/** A client that sends more than may wait. */
async function play(way: ClientProfile, place: string, options: ServerOptions = {}) {
  const { open, opened } = gate();
  const server = await serverFor(way, {
    pingInterval: 60_000,
    maxPendingBytes: BUDGET,
    ...PLACES[place]!(opened),
    ...options,
  });
  const heard: number[] = [];
  const end = gate();
  let details: DisconnectDetails | undefined;
  const serve = (socket: Socket) => {
    if (place === 'a middleware of the socket')
      socket.use(async (_event, next) => {
        await opened;
        next();
      });
    socket.on('work', async (n: number) => {
      heard.push(n);
      if (place === 'the event before (serial)') await opened;
    });
    socket.on('disconnect', (_reason, _description, given) => {
      details = given;
      end.open();
    });
  };
  const hub =
    place === 'a namespace that is looked for'
      ? server.io.of((_name, _auth, next) => void opened.then(() => next(null, true)))
      : server.io.of('/work');
  if (place === 'a connect middleware') hub.use((_socket, next) => void opened.then(() => next()));
  hub.on('connection', serve);
  const talker = await RawClient.join(server, way);
  await talker.say(talker.joining('/work'));
  const conn = server.io.engine.clients.get(talker.sid)!;
  const event = (n: number) => talker.event('work', `${n},"${TEXT}"`, { nsp: '/work' });
  return {
    conn,
    open,
    heard,
    ended: end.opened.then(() => details?.code),
    /** Sends one event after the other, each in a message or POST of its own. */
    sendAll: async () => {
      for (const n of ALL) await talker.say(event(n));
    },
    sendAtOnce: () => talker.say(...ALL.map(event)),
    paused: async () => {
      while (!conn.readingPaused) await turn();
    },
    hearsAll: async () => {
      while (heard.length < EVENTS) await turn();
    },
  };
}

describe.each([...PROFILES, ...RARE_PROFILES])('a client of %s that sends more than may wait', (way) => {
  it.each(Object.keys(PLACES))('is not read until less waits for %s, and loses nothing', async (place) => {
    const { paused, sendAll, open, hearsAll, heard, conn } = await play(way, place);
    const sent = sendAll();
    await paused();
    expect(heard.length).toBeLessThan(EVENTS);
    open();
    await Promise.all([sent, hearsAll()]);
    expect(heard).toEqual(ALL);
    expect([conn.readyState, conn.readingPaused]).toEqual(['open', false]);
  });

  it('can leave while it is not read', async () => {
    const { paused, sendAll, conn } = await play(way, 'a connect middleware');
    void sendAll().catch(() => {});
    await paused();
    conn.close(true);
    expect([conn.readyState, conn.readingPaused]).toEqual(['closed', false]);
  });
});

describe.each([...PROFILES, ...RARE_PROFILES].filter(posts))('a client of %s', (way) => {
  it('is disconnected if a single POST brings more than may wait', async () => {
    const { sendAtOnce, conn } = await play(way, 'a connect middleware');
    const closed = new Promise((resolve) => conn.once('close', (_reason, why) => resolve(why)));
    await sendAtOnce();
    expect(await closed).toMatchObject({ code: 'too_many_pending_bytes' });
  });
});

it('a client is disconnected when more than may wait comes before reading can stop', async () => {
  const { open, opened } = gate();
  const server = await startServer({ maxPendingEvents: 10_000, maxPendingBytes: BUDGET });
  server.io.use((_socket, next) => void opened.then(() => next()));
  const { ws } = await RawWebSocket.open(`${server.url}/socket.io/?EIO=4&transport=websocket`);
  const [conn] = server.io.engine.clients.values();
  const closed = new Promise((resolve) => conn!.once('close', (_reason, why) => resolve(why)));
  const socket = (ws as unknown as { _socket: NetSocket })._socket;
  // All of it in one packet of TCP: what small events cost is more than their bytes.
  socket.cork();
  ws.send('40');
  for (let n = 0; n < 1000; n++) ws.send(`42["work",${n}]`);
  socket.uncork();
  expect(await closed).toMatchObject({ code: 'too_many_pending_bytes' });
  open();
});

describe('the data with which clients join namespaces', () => {
  const AUTH = JSON.stringify({ token: TEXT });
  const names = ALL.map((n) => `/n${n}`);
  const url = '/socket.io/?EIO=4&transport=websocket';

  async function open(options: ServerOptions = {}) {
    const server = await startServer({ maxPendingBytes: BUDGET, ...options });
    const ws = await RawWebSocket.open(server.url + url);
    await ws.next();
    const [conn] = server.io.engine.clients.values();
    const closed = new Promise((resolve) => conn!.once('close', (_reason, why) => resolve(why)));
    return { ...server, ws, conn: conn!, closed };
  }

  it('counts while they are joined: a client that keeps more than the limit is disconnected', async () => {
    const { io, ws, closed } = await open();
    for (const name of names) io.of(name);
    ws.send(...names.map((name) => `40${name},${AUTH}`));
    expect(await closed).toMatchObject({ code: 'too_many_pending_bytes' });
  });

  it('counts while a middleware decides, and while a namespace is looked up', async () => {
    for (const isLookup of [false, true]) {
      const { io, ws, closed } = await open();
      if (isLookup) io.of(() => {});
      else for (const name of names) io.of(name).use(() => {});
      ws.send(...names.map((name) => `40${name},${AUTH}`));
      expect(await closed).toMatchObject({ code: 'too_many_pending_bytes' });
    }
  });

  it('counts over polling as well', async () => {
    const server = await startServer({ maxPendingBytes: BUDGET });
    for (const name of names) server.io.of(name);
    const session = await EngineSession.open(server);
    const conn = server.io.engine.clients.get(session.sid)!;
    const closed = new Promise((resolve) => conn.once('close', (_reason, why) => resolve(why)));
    await session.post(names.map((name) => `40${name},${AUTH}`).join('\x1e'));
    expect(await closed).toMatchObject({ code: 'too_many_pending_bytes' });
  });

  it('no longer counts once they have left or were refused', async () => {
    const { io, ws, conn } = await open();
    for (const [n, name] of names.entries())
      if (n % 2 === 0) io.of(name).use((_socket, next) => next(new Error('no')));
      else io.of(name);
    for (const [n, name] of names.entries()) {
      ws.send(`40${name},${AUTH}`);
      expect(await ws.next()).toMatch(n % 2 === 0 ? '44' : '40');
      if (n % 2 === 1) ws.send(`41${name},`);
    }
    // No namespace of this name.
    for (const name of names) {
      ws.send(`40${name}x,${AUTH}`);
      expect(await ws.next()).toMatch('44');
    }
    expect(conn.readyState).toBe('open');
  });

  it('leaves room for events one after the other, however much is kept', async () => {
    const { io, ws, conn } = await open({ serial: true });
    const kept = names.slice(0, 5);
    for (const name of kept) io.of(name);
    const heard: number[] = [];
    io.on('connection', (socket) => {
      socket.on('work', async (n: number) => {
        await turn();
        heard.push(n);
      });
    });
    ws.send(...kept.map((name) => `40${name},${AUTH}`), '40');
    ws.send(...ALL.map((n) => `42["work",${n},"${'x'.repeat(1000)}"]`));
    while (heard.length < EVENTS) await turn();
    expect([heard, conn.readyState, conn.readingPaused]).toEqual([ALL, 'open', false]);
  });
});

it('one event can always wait, however large it is', async () => {
  const { open, opened } = gate();
  const server = await startServer({ maxPendingBytes: 10 });
  server.io.use((_socket, next) => void opened.then(() => next()));
  const heard = new Promise((resolve) => {
    server.io.on('connection', (socket: Socket) => void socket.on('work', (text) => resolve(text.length)));
  });
  const ws = await RawWebSocket.open(`${server.url}/socket.io/?EIO=4&transport=websocket`);
  ws.send('40', `42["work","${TEXT}"]`);
  const [conn] = server.io.engine.clients.values();
  while (!conn!.readingPaused) await turn();
  open();
  expect(await heard).toBe(TEXT.length);
});

it('as many bytes can wait as for a client that does not read', () => {
  expect(limitDefaults.maxPendingBytes).toBe(limitDefaults.maxBufferedBytes);
});
