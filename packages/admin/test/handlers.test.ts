import { type AdminOptions, adminHandlers, type Snapshot, statsHandlers } from '@sio/admin';
import { Namespace, type Socket } from '@sio/core';
import {
  connect,
  connected,
  FRAMEWORKS,
  type FrameworkName,
  serveRoute,
  startServer,
  type Version,
} from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';

class Chat extends Namespace {
  static acl = ['enter'];

  onEnter(room: string) {
    return this.join(room);
  }

  onForbidden() {}
}

async function administered(options: AdminOptions = {}, framework: FrameworkName = 'node') {
  const server = await startServer({ namespaces: { '/': Chat, '/rooms/:id': Chat } });
  const handlers = adminHandlers(server.io, { sampleInterval: 0, ...options });
  onTestFinished(handlers.stop);
  const admin = await serveRoute(framework, handlers);
  const stats = async () => (await (await fetch(`${admin}/?stats`)).json()) as Snapshot;
  return { ...server, admin, stats };
}

const OWN = { 'x-sio-admin': '1' };

/** The answer to an attempt to disconnect a client. */
function disconnect(admin: string, id: string, headers: Record<string, string> = OWN, namespace = '/') {
  return fetch(`${admin}/?${new URLSearchParams({ disconnect: id, namespace })}`, { method: 'POST', headers });
}

/** The id of the only client. */
async function joined(io: { sockets: { sockets: ReadonlyMap<string, Socket> } }, url: string): Promise<string> {
  await connect('4.8.4', url, 'websocket').joined();
  return [...io.sockets.sockets.keys()][0] as string;
}

describe.each(FRAMEWORKS)('on %s', (framework) => {
  test('one route answers with the page, its files and the figures, and disconnects', async () => {
    const { io, url, admin } = await administered({}, framework);
    const id = await joined(io, url);
    const queries = ['', '?file=page.js', '?file=page.css', '?file=chart.js', '?file=chart.css', '?stats', '?search=x'];
    for (const query of queries) {
      const answer = await fetch(`${admin}/${query}`);
      expect([query, answer.status]).toEqual([query, 200]);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect((await answer.text()).length).toBeGreaterThan(10);
    }
    expect((await fetch(`${admin}/?file=constructor`)).status).toBe(404);
    const gone = new Promise((resolve) => io.sockets.sockets.get(id)?.once('disconnect', resolve));
    expect(await (await disconnect(admin, id)).json()).toEqual({ disconnected: id });
    await gone;
    expect((await disconnect(admin, id)).status).toBe(404);
  });
});

test.each<Version>(['4.8.4', '2.5.0', '0.9.17'])(
  'the figures contain clients %s, their rooms and their refusals',
  async (version) => {
    const { url, stats } = await administered();
    const client = connect(version, url, 'websocket');
    await client.ask('enter', 'lobby');
    await client.ask('forbidden');
    const generation = { '4.8.4': 'eio4', '2.5.0': 'eio3', '0.9.17': '0.9' }[version as string] as 'eio4';
    const figures = await stats();
    expect(figures.stats.connections.generations[generation]).toEqual({ websocket: 1 });
    expect(figures.namespaces.rows).toContainEqual({ name: '/', sockets: 1, rooms: 1 });
    expect(figures.rooms).toEqual({ rows: [{ namespace: '/', room: 'lobby', sockets: 1 }], total: 1 });
    expect(figures.refusals).toContainEqual({ type: 'event', code: 'method_access_denied', count: 1 });
  },
);

test('lists of namespaces and rooms are limited, with the largest first', async () => {
  const { url, stats, admin, io } = await administered({ maxRows: 3 });
  for (let n = 0; n < 6; n++) {
    const client = connect('4.8.4', `${url}/rooms/${n}`, 'websocket');
    for (let room = 0; room <= n; room++) await client.ask('enter', `${room}-${'x'.repeat(300)}`);
  }
  const { namespaces, rooms } = await stats();
  expect([namespaces.rows.length, namespaces.total]).toEqual([3, 7]);
  expect([rooms.rows.length, rooms.total]).toEqual([3, 21]);
  expect(rooms.rows[0]?.room).toHaveLength(201);
  const found = await (await fetch(`${admin}/?search=${'x'.repeat(0)}`)).json();
  expect([found.rows.length, found.total]).toEqual([3, 6]);
  expect(io._nsps.size).toBe(7);
});

test('a client that does not read is listed as slow', async () => {
  const { io, url, stats } = await administered({ user: (socket) => socket.data.name });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  onTestFinished(() => socket.terminate());
  socket.once('message', () => socket.send('40'));
  const served = await new Promise<Socket>((resolve) => io.once('connection', resolve));
  served.data.name = 'ada';
  socket.pause();
  for (let n = 0; n < 8; n++) served.emit('news', 'x'.repeat(1e6));
  const { slow, stats: figures } = await stats();
  expect(slow.rows).toEqual([
    { namespace: '/', id: served.id, user: 'ada', transport: 'websocket', bufferedBytes: expect.any(Number) },
  ]);
  expect(figures.bufferedBytes).toBeGreaterThan(0);
});

describe('a search', () => {
  test('finds clients by their user, id and room, and shows none of their data', async () => {
    const { io, url, admin } = await administered({ user: (socket) => socket.handshake.auth.name });
    const client = await connected(url, { auth: { name: 'Ada Lovelace', token: 'secret' } });
    await client.emitWithAck('enter', 'lobby');
    const [id = ''] = io.sockets.sockets.keys();
    for (const text of ['lovelace', id, id.slice(3, 12), 'lobby']) {
      const answer = await (await fetch(`${admin}/?search=${encodeURIComponent(text)}`)).text();
      expect(JSON.parse(answer)).toMatchObject({ total: 1, rows: [{ id, namespace: '/', rooms: ['lobby'] }] });
      expect(answer).not.toContain('secret');
    }
    expect(await (await fetch(`${admin}/?search=babbage`)).json()).toMatchObject({ total: 0, rows: [] });
  });

  test('keeps working when the function for users fails', async () => {
    const { io, url, admin } = await administered({ user: (socket) => socket.data.user.name });
    const id = await joined(io, url);
    expect(await (await fetch(`${admin}/?search=${id}`)).json()).toMatchObject({ total: 1 });
  });
});

describe('a client is disconnected only', () => {
  test.each<[string, (host: string) => Record<string, string>, number]>([
    ['with the header of the page', () => ({}), 403],
    ['from the page itself, as the browser says', () => ({ ...OWN, 'sec-fetch-site': 'cross-site' }), 403],
    ['from the same site and port', () => ({ ...OWN, 'sec-fetch-site': 'same-site' }), 403],
    ['from the same origin, in older browsers', () => ({ ...OWN, origin: 'http://foe.example' }), 403],
    ['from an origin with a name', () => ({ ...OWN, origin: 'null' }), 403],
    ['by the page', (host) => ({ ...OWN, origin: `http://${host}` }), 200],
    ['by a program that sends the header', () => OWN, 200],
  ])('%s', async (_how, headers, status) => {
    const { io, url, admin } = await administered();
    const id = await joined(io, url);
    const answer = await disconnect(admin, id, headers(new URL(admin).host));
    expect(answer.status).toBe(status);
    expect(io.sockets.sockets.has(id)).toBe(status !== 200);
  });

  test('while the option allows it', async () => {
    const { io, url, admin } = await administered({ disconnect: false });
    const id = await joined(io, url);
    expect((await disconnect(admin, id)).status).toBe(403);
  });

  test('by a POST, which does not create an unknown namespace', async () => {
    const { io, url, admin } = await administered();
    const id = await joined(io, url);
    await fetch(`${admin}/?disconnect=${id}&namespace=/`);
    expect(io.sockets.sockets.has(id)).toBe(true);
    expect((await disconnect(admin, id, OWN, '/rooms/7')).status).toBe(404);
    expect(io._nsps.has('/rooms/7')).toBe(false);
    expect((await fetch(admin, { method: 'PUT' })).status).toBe(405);
  });
});

test("a client's data is shown only with the option showData", async () => {
  const closed = await administered();
  const id = await joined(closed.io, closed.url);
  expect((await fetch(`${closed.admin}/?data=${id}&namespace=/`)).status).toBe(403);

  const open = await administered({ showData: true });
  const other = await joined(open.io, open.url);
  const socket = open.io.sockets.sockets.get(other) as Socket;
  const ask = async () => (await (await fetch(`${open.admin}/?data=${other}&namespace=/`)).json()).data;
  socket.data = { name: 'Ada' };
  expect(await ask()).toBe('{\n  "name": "Ada"\n}');
  socket.data = { big: 'x'.repeat(20_000) };
  expect(await ask()).toHaveLength(10_001);
  socket.data = { count: 1n };
  expect(await ask()).toContain('The data has no form in JSON');
  expect((await fetch(`${open.admin}/?data=unknown&namespace=/`)).status).toBe(404);
});

test('the figures have a route of their own that changes nothing', async () => {
  const { io, url } = await startServer({ namespaces: { '/': Chat } });
  const handlers = statsHandlers(io);
  onTestFinished(handlers.stop);
  const stats = await serveRoute('node', handlers);
  const id = await joined(io, url);
  expect(await (await fetch(stats)).json()).toMatchObject({ stats: { connections: { total: 1 } } });
  expect((await disconnect(stats, id)).status).toBe(405);
});

test('many readers within an interval cost one collection of figures', async () => {
  const { io } = await startServer();
  let looks = 0;
  const stats = io.stats.bind(io);
  io.stats = () => {
    looks++;
    return stats();
  };
  const handlers = statsHandlers(io, { sampleInterval: 60_000 });
  onTestFinished(handlers.stop);
  const url = await serveRoute('node', handlers);
  await Promise.all(Array.from({ length: 20 }, () => fetch(url)));
  expect(looks).toBe(1);
});

test('mistakes are refused with an error that says what is allowed', async () => {
  const { io } = await startServer();
  expect(() => adminHandlers({} as never)).toThrow('The admin page needs a server of @sio/core (io)');
  for (const maxRows of [0, 1.5, Number.NaN]) {
    expect(() => adminHandlers(io, { maxRows })).toThrow('maxRows must be a whole number of at least 1');
  }
  expect(() => statsHandlers(io, { sampleInterval: Number.NaN })).toThrow(
    'sampleInterval must be a number of milliseconds',
  );
});
