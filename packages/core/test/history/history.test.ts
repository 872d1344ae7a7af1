import type { ServerOptions, Socket } from '@sio/core';
import { Server } from '@sio/core';
import {
  type ClientProfile,
  collect,
  connect,
  RARE_PROFILES,
  rawClient,
  serverFor,
  startServer,
  type Version,
} from '@sio/test-kit';
import { Adapter } from 'socket.io-adapter';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

const TEA = { rooms: 'tea', size: 5 };

/** A server on which clients join rooms with their history, and say things there. */
async function teaRoom(options: Partial<ServerOptions> = { history: TEA }) {
  const server = await startServer(options);
  server.io.on('connection', (socket: Socket) => {
    socket.on('enter', async (room: string, query: object, done: (outcome: unknown) => void) => {
      try {
        done(await socket.join(room, query));
      } catch (error) {
        done(String(error));
      }
    });
    socket.on('leave', async (room: string, done: () => void) => {
      await socket.leave(room);
      done();
    });
  });
  const { io } = server;
  return { ...server, say: (...values: unknown[]) => void io.to('tea').emit('said', ...values) };
}

async function entered(url: string, version: Version = '4.8.4', how: Parameters<typeof connect>[2] = 'websocket') {
  const client = await connect(version, url, how).joined();
  const heard = collect(client, 'said');
  const enter = async (query: object, room = 'tea') => (await client.ask('enter', room, query))[0];
  return { client, heard, enter };
}

describe('a room with a history', () => {
  const versions: Version[] = ['0.9.17', '1.0.6', '1.7.4', '2.5.0', '3.1.3', '4.8.4'];
  const ways = versions.flatMap((version) => (['websocket', 'polling'] as const).map((how) => [version, how] as const));

  it.each(ways)(
    'sends a client %s over %s that joins its last events, and then live ones, each once',
    async (version, how) => {
      const { url, say } = await teaRoom();
      for (let n = 1; n <= 7; n++) say(n, { n });
      const { client, heard, enter } = await entered(url, version, how);
      const entering = enter({ rewind: 3 });
      await entering;
      say(8, { n: 8 });
      while (heard.length < 4) await client.next('said');
      expect(heard.map(([n]) => n)).toEqual([5, 6, 7, 8]);
      expect(heard[0]![1]).toEqual({ n: 5 });
    },
  );

  it.each(RARE_PROFILES)('sends a client of %s its last events', async (way: ClientProfile) => {
    const server = await serverFor(way, { history: TEA });
    server.io.to('tea').emit('said', 'earlier');
    const outcome = new Promise((resolve) => {
      server.io.on('connection', async (socket: Socket) => {
        const sent = new Promise((told) => socket.onAnyOutgoing((...event) => told(event)));
        resolve([await socket.join('tea', { rewind: 1 }), await sent]);
      });
    });
    await rawClient(server, way);
    expect(await outcome).toEqual([{ events: 1, complete: true, offset: expect.any(String) }, ['said', 'earlier']]);
  });

  it('keeps binary data, as it was when it was sent', async () => {
    const { url, say } = await teaRoom();
    const bytes = Buffer.of(1, 2, 3);
    const note = { text: 'before' };
    say(bytes, note);
    bytes.fill(0);
    note.text = 'after';
    const { heard, enter } = await entered(url);
    await enter({});
    expect(heard).toEqual([[Buffer.of(1, 2, 3), { text: 'before' }]]);
  });

  it('keeps as many events as its size says, and as many bytes as maxBytes says', async () => {
    const { io, url, say } = await teaRoom({ history: { rooms: 'tea', size: 3, maxBytes: 1000 } });
    for (let n = 1; n <= 4; n++) say(n);
    expect((await io.history('tea')).events.map(({ args }) => args[0])).toEqual([2, 3, 4]);
    say('x'.repeat(700));
    say('y'.repeat(700));
    expect((await io.history('tea')).events).toHaveLength(1);
    // Larger than all that may be kept: what was there has to go all the same, so that nothing is missing in silence.
    say('z'.repeat(2000));
    expect((await io.history('tea')).events).toHaveLength(0);
    const { heard, enter } = await entered(url);
    expect(await enter({ rewind: 10 })).toMatchObject({ events: 0 });
    expect(heard).toEqual([]);
  });

  it('drops events after their time', async () => {
    const { io, say } = await teaRoom({ history: { rooms: 'tea', ttl: 60_000 } });
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
    onTestFinished(() => clock.mockRestore());
    say('old');
    const { offset } = await io.history('tea');
    clock.mockReturnValue(now + 30_000);
    say('young');
    clock.mockReturnValue(now + 60_001);
    expect((await io.history('tea')).events.map(({ args }) => args[0])).toEqual(['young']);
    expect((await io.history('tea', { since: offset as string })).complete).toBe(true);
    clock.mockReturnValue(now + 90_001);
    expect(await io.history('tea')).toMatchObject({ events: [], complete: true });
    expect((await io.history('tea', { since: offset as string })).complete).toBe(false);
  });

  it('sends a client what it has missed since an offset, and says if something is missing', async () => {
    const { url, say } = await teaRoom();
    say(1);
    const { client, heard, enter } = await entered(url);
    const { offset } = await enter({});
    await client.ask('leave', 'tea');
    say(2);
    say(3);
    expect(await enter({ since: offset })).toMatchObject({ events: 2, complete: true });
    expect(heard).toEqual([[1], [2], [3]]);
    await client.ask('leave', 'tea');
    for (let n = 4; n <= 20; n++) say(n);
    expect(await enter({ since: offset, rewind: 2 })).toMatchObject({ events: 2, complete: false });
    expect(heard.slice(3)).toEqual([[19], [20]]);
  });

  it.each([null, undefined])('treats %s as a client without an offset', async (since) => {
    const { url, say } = await teaRoom();
    say(1);
    const { enter } = await entered(url);
    expect(await enter({ since, rewind: 5 })).toMatchObject({ events: 1, complete: true });
  });

  it.each(['made up', '', 7, {}, 'zzzzzz9'])(
    'says that events may be missing behind the offset %j, which it has not given',
    async (since) => {
      const { url, say } = await teaRoom();
      say(1);
      const { enter } = await entered(url);
      expect(await enter({ since })).toMatchObject({ events: 1, complete: false });
    },
  );

  it.each(['0.9.17', '2.5.0', '4.8.4'] as const)(
    'puts the offset behind the arguments for a client %s, where that is wanted',
    async (version) => {
      const { url, say } = await teaRoom({ history: { ...TEA, offsets: true } });
      say('kept');
      const { client, heard, enter } = await entered(url, version);
      await enter({});
      say('live');
      while (heard.length < 2) await client.next('said');
      expect(heard).toEqual([
        ['kept', expect.any(String)],
        ['live', expect.any(String)],
      ]);
      await client.ask('leave', 'tea');
      say('missed');
      expect(await enter({ since: heard[0]![1] })).toMatchObject({ events: 2, complete: true });
      expect(heard.slice(2).map(([text]) => text)).toEqual(['live', 'missed']);
      expect(heard[2]).toEqual(heard[1]);
    },
  );

  it('sends nothing to a socket that is in the room already', async () => {
    const { url, say } = await teaRoom();
    say(1);
    const { heard, enter } = await entered(url);
    await enter({});
    expect(await enter({})).toMatchObject({ events: 0, complete: true });
    expect(heard).toEqual([[1]]);
  });

  it('leaves out events that were not for the socket, volatile, acknowledged, or local', async () => {
    const { io, url, say } = await teaRoom();
    const { client, heard, enter } = await entered(url);
    io.to('tea').except(client.raw.id).emit('said', 'not for it');
    io.volatile.to('tea').emit('said', 'volatile');
    io.to('tea')
      .timeout(1)
      .emit('said', 'asks', () => {});
    io.local.to('tea').emit('said', 'local');
    io.emit('said', 'to all');
    await client.next('said');
    say('kept');
    await enter({});
    expect(heard).toEqual([['to all'], ['kept']]);
  });

  it('can be read by the server', async () => {
    const { io } = await teaRoom({ history: { ...TEA, offsets: true } });
    const before = Date.now();
    io.to('tea').emit('said', 1, { two: 2 });
    io.to('tea').emit('message', 'hello');
    const { events, complete, offset } = await io.history('tea');
    expect(events).toEqual([
      { event: 'said', args: [1, { two: 2 }], at: expect.any(Number), offset: expect.any(String) },
      { event: 'message', args: ['hello'], at: expect.any(Number), offset },
    ]);
    expect(complete).toBe(true);
    expect(events[0]!.at).toBeGreaterThanOrEqual(before);
    expect((await io.history('tea', { since: events[0]!.offset })).events).toEqual([events[1]]);
  });

  it.each([
    ['tea:*', ['tea:green', 'tea:'], ['tea', 'coffee']],
    ['*:x:*', ['a:x:b', ':x:'], ['x', 'a:xx:b', ':x']],
    ['a*a', ['aa', 'aba'], ['a', 'ab']],
    ['tea', ['tea'], ['tea2', 'te']],
    [/^t/, ['tea', 't'], ['at']],
    [['tea', 'coffee'], ['tea', 'coffee'], ['milk']],
  ])('%s names rooms', async (rooms, named, others) => {
    const { io } = await teaRoom({ history: { rooms } });
    for (const room of named) expect(await io.history(room)).toMatchObject({ events: [] });
    for (const room of others) {
      await expect(io.history(room)).rejects.toThrow(
        `The room ${room} of / has no history: name it in the option history`,
      );
    }
  });

  it('follows the first rule for a room, in the namespaces of the rule', async () => {
    const { io } = await teaRoom({
      history: [
        { namespaces: '/a*', rooms: 'tea', size: 1 },
        { namespaces: /^.[ab]/, rooms: '*', size: 2 },
      ],
    });
    for (const name of ['/ab', '/b']) for (let n = 0; n < 3; n++) io.of(name).to('tea').emit('said', n);
    expect((await io.of('/ab').history('tea')).events).toHaveLength(1);
    expect((await io.of('/b').history('tea')).events).toHaveLength(2);
    await expect(io.of('/c').history('tea')).rejects.toThrow('has no history');
  });

  it('is kept before the room has a member, and for events to several rooms', async () => {
    const { io, url } = await teaRoom({ history: { rooms: ['tea', 'milk'] } });
    io.to(['tea', 'milk', 'sugar']).emit('said', 'all three');
    const { heard, enter } = await entered(url);
    expect(await enter({}, 'milk')).toMatchObject({ events: 1 });
    expect(heard).toEqual([['all three']]);
  });

  it('works beside connectionStateRecovery: events of the history are not sent again', async () => {
    const { io, url, say } = await teaRoom({ history: { ...TEA, offsets: true }, connectionStateRecovery: true });
    say('kept');
    const { client, heard, enter } = await entered(url, '4.8.4', { reconnection: true, reconnectionDelay: 10 });
    await enter({});
    const back = new Promise<Socket>((resolve) => io.once('connection', resolve));
    const lost = new Promise((resolve) => client.raw.once('disconnect', resolve));
    client.raw.io.engine.close();
    await lost;
    say('missed');
    expect((await back).recovered).toBe(true);
    say('live');
    while (heard.length < 3) await client.next('said');
    expect(heard.map(([text, offset]) => [text, typeof offset])).toEqual([
      ['kept', 'string'],
      ['missed', 'string'],
      ['live', 'string'],
    ]);
  });

  it('refuses an invalid call with an error that says why', async () => {
    const { io, url } = await teaRoom();
    const { enter } = await entered(url);
    expect(await enter({ rewind: -1 })).toBe('RangeError: rewind must be a number of events, at least 0, not -1');
    expect(await enter({ rewind: 'many' })).toContain('RangeError');
    expect(await enter({}, 'coffee')).toContain('The room coffee of / has no history');
    const early = new Promise((resolve) => {
      io.use((socket, next) => {
        (socket as Socket).join('tea', {}).catch(resolve);
        next();
      });
    });
    connect('4.8.4', url);
    expect(await early).toEqual(
      new Error(
        'The client is not connected yet: join a room with its history in a connection listener, or in onReady',
      ),
    );
    await expect((await startServer()).io.history('tea')).rejects.toThrow('has no history');
    const foreign = new Server({ adapter: Adapter });
    expect(() => foreign.history('tea')).toThrow(
      'The adapter keeps no histories of rooms: use that in memory, or @sio/cluster',
    );
  });

  it.each([
    [{}, "option history.rooms must be a name such as 'chat:*', a pattern, or a list of them, not undefined"],
    [{ rooms: [] }, 'option history.rooms must name at least one room, not be an empty list'],
    [
      { rooms: 'a', namespaces: 7 },
      "option history.namespaces must be a name such as 'chat:*', a pattern, or a list of them",
    ],
    [{ rooms: 'a', size: 0 }, 'option history.size must be a whole number above 0, not 0'],
    [{ rooms: 'a', ttl: '1h' }, 'option history.ttl must be a whole number above 0, not "1h"'],
    [{ rooms: 'a', ttl: 2 ** 40 }, 'option history.ttl must be at most 2147483647 ms, not 1099511627776'],
    [{ rooms: 'a', maxBytes: -1 }, 'option history.maxBytes must be a whole number above 0, not -1'],
  ])('refuses the option %j', (history, why) => {
    expect(() => new Server({ history: history as never })).toThrow(why);
  });

  it('needs an adapter that supports histories', () => {
    const start = () => new Server({ history: TEA, adapter: Adapter });
    expect(start).toThrow(
      'option history: the adapter keeps no histories; leave out the option adapter, or take that of @sio/cluster',
    );
  });
});
