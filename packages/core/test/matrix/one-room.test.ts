import { Namespace, type Socket } from '@sio/core';
import { type Client, type ConnectOptions, collect, connect, startServer, until, type Version } from '@sio/test-kit';
import * as msgpack from 'socket.io-msgpack-parser';
import { describe, expect, it, vi } from 'vitest';
import { ALL_TRANSPORTS } from './features.js';

type Kind = readonly [Version, transport: string, options?: ConnectOptions];

const MEMBERS: readonly Kind[] = [
  ['0.9.17', 'websocket'],
  ['0.9.17', 'flashsocket'],
  ['0.9.17', 'htmlfile'],
  ['0.9.17', 'xhr-multipart'],
  ['0.9.17', 'xhr-polling'],
  ['0.9.17', 'jsonp-polling'],
  ['1.0.6', 'polling'],
  ['1.7.4', 'websocket'],
  ['2.5.0', 'polling'],
  ['2.5.0', 'websocket'],
  ['3.1.3', 'websocket'],
  ['4.8.4', 'polling'],
  ['4.8.4', 'websocket'],
  ['4.8.4', 'websocket', { parser: msgpack }],
];

class Room extends Namespace {
  onJoin() {
    this.join('room');
  }

  onLeave() {
    this.leave('room');
  }

  onSay(text: string) {
    this.to('room').emit('said', text);
  }
}

interface Member {
  readonly name: string;
  readonly client: Client;
  readonly socket: Socket;
  readonly heard: unknown[][];
}

/** The first client decides in which form a message is written first. */
async function assemble(arrivals = MEMBERS) {
  const { io, url } = await startServer({ namespaces: { '/room': Room }, ...ALL_TRANSPORTS });
  const hub = io.of('/room');
  const members: Member[] = [];
  for (const [version, transport, options] of arrivals) {
    const arrival = new Promise<Socket>((resolve) => void hub.once('connection', resolve));
    const client = connect(version, `${url}/room`, { transports: [transport], ...options });
    const [socket] = await Promise.all([arrival, client.next('connect')]);
    await client.ask('join');
    members.push({
      name: `${version} ${transport} ${Object.keys(options ?? {})}`,
      client,
      socket,
      heard: collect(client, 'said'),
    });
  }
  return { io, hub, members };
}

/** Once a word said last has reached everybody, nothing said before can still be under way. */
async function settled(emit: (event: string) => void, members: readonly Member[]): Promise<void> {
  const arrived = members.map(({ client }) => client.next('last'));
  emit('last');
  await Promise.all(arrived);
}

describe('clients of fifteen years in one room', () => {
  it.each([
    ['the oldest came first', MEMBERS],
    ['the newest came first', MEMBERS.toReversed()],
  ])('hear every other one once, in any script, when %s', async (_, arrivals) => {
    const { hub, members } = await assemble(arrivals);
    const texts = members.map(({ name }) => `${name}: žluť 漢字 😀`);
    const complete = members.map(({ client, heard }) =>
      until(() => heard.length === members.length - 1, client.raw, 'said'),
    );
    for (const [index, { client }] of members.entries()) client.emit('say', texts[index]);
    await Promise.all(complete);
    await settled((event) => hub.emit(event), members);
    for (const [index, { heard }] of members.entries()) {
      expect(heard.flat().sort()).toEqual(texts.filter((_, other) => other !== index).sort());
    }
  });

  it('are left out by except, and after they have left the room', async () => {
    const { hub, members } = await assemble();
    for (const absent of members) {
      hub.to('room').except(absent.socket.id).emit('said', absent.name);
      await absent.client.ask('leave');
    }
    hub.to('room').emit('said', 'to no client');
    await settled((event) => hub.emit(event), members);
    for (const [index, { heard }] of members.entries()) {
      expect(heard.flat()).toEqual(members.slice(0, index).map(({ name }) => name));
    }
  });

  it('get a question together, and all answer', async () => {
    const { hub, members } = await assemble();
    for (const { name, client } of members)
      client.on('ask', (_: string, answer: (name: string) => void) => answer(name));
    const answers = await hub.timeout(30_000).emitWithAck('ask', 'who are you?');
    expect([...answers].sort()).toEqual(members.map(({ name }) => name).sort());
  });

  it('get volatile messages while they can take them', async () => {
    const { hub, members } = await assemble();
    await settled((event) => hub.emit(event), members);
    // Those that poll come back for more.
    await vi.waitUntil(() => members.every(({ socket }) => socket.conn.writable), { timeout: 30_000 });
    const heard = members.map(({ client }) => client.next('said'));
    hub.volatile.emit('said', 'now or never');
    for (const words of await Promise.all(heard)) expect(words).toEqual(['now or never']);
  });

  it('are disconnected together', async () => {
    const { hub, members, io } = await assemble();
    const gone = members.map(({ client }) => client.next('disconnect'));
    hub.in('room').disconnectSockets(true);
    await Promise.all(gone);
    expect([hub.sockets.size, io.connectionStats().total]).toEqual([0, 0]);
  });

  it('are counted by protocol version and transport', async () => {
    const { io, members } = await assemble();
    expect(io.connectionStats()).toEqual({
      total: members.length,
      generations: {
        '0.9': {
          websocket: 1,
          flashsocket: 1,
          htmlfile: 1,
          'xhr-multipart': 1,
          'xhr-polling': 1,
          'jsonp-polling': 1,
        },
        eio3: { polling: 2, websocket: 2 },
        eio4: { polling: 1, websocket: 3 },
      },
    });
    expect(members.map(({ socket }) => socket.conn.protocolVersion)).toEqual(
      MEMBERS.map(([version]) => (version.startsWith('0') ? '0.9' : /^[12]/.test(version) ? 'eio3' : 'eio4')),
    );
  });

  it('have a broadcast encoded once for each format, and not at all for a format without readers', async () => {
    const { hub, members } = await assemble();
    const one = (kind: RegExp) => members.find(({ name }) => kind.test(name)) as Member;
    const [legacy, older, newest, bytes] = [one(/^0/), one(/^2/), one(/^4/), one(/parser/)];
    /** How often the values of a message are read when these alone are left. */
    const readsFor = (...audience: Member[]) => {
      for (const member of members) if (!audience.includes(member)) member.socket.disconnect(true);
      let reads = 0;
      hub.emit('said', { toJSON: () => ++reads });
      return reads;
    };
    const forAll = readsFor(...members);
    expect(readsFor(legacy, older, newest, bytes), 'one of each costs as much as all').toBe(forAll);
    const withoutLegacy = readsFor(older, newest, bytes);
    expect(withoutLegacy, 'no client speaks 0.9 any more').toBeLessThan(forAll);
    const inJson = readsFor(older, newest);
    expect(inJson, 'no client speaks msgpack any more').toBeLessThan(withoutLegacy);
    expect(readsFor(newest), 'two generations share the reading').toBe(inJson);
    expect(readsFor(), 'no client is left').toBe(0);
  });

  it('of 0.9 alone have nothing encoded for others', async () => {
    const readsFor = async (kinds: readonly Kind[]) => {
      const { hub } = await assemble(kinds);
      let reads = 0;
      hub.emit('said', { toJSON: () => ++reads });
      return reads;
    };
    const legacy = MEMBERS.filter(([version]) => version === '0.9.17');
    expect(await readsFor(legacy)).toBe(await readsFor(legacy.slice(0, 1)));
    expect(await readsFor(legacy)).toBeLessThan(await readsFor([...legacy, ['4.8.4', 'websocket']]));
  });
});
