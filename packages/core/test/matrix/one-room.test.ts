import { Namespace, type Socket } from '@sio/core';
import { describe, expect, it } from 'vitest';
import { type Client, collect, connect, until, type Version } from '../dialect/support/clients.js';
import { startClasses } from '../dialect/support/server.js';

const MEMBERS: readonly (readonly [Version, string])[] = [
  ['0.9.17', 'websocket'],
  ['0.9.17', 'xhr-polling'],
  ['1.0.6', 'polling'],
  ['1.7.4', 'websocket'],
  ['2.5.0', 'polling'],
  ['2.5.0', 'websocket'],
  ['3.1.3', 'websocket'],
  ['4.8.4', 'polling'],
  ['4.8.4', 'websocket'],
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

/** Who comes first decides in which form a message is written first. */
async function assemble(arrivals = MEMBERS) {
  const { io, url } = await startClasses({ '/room': Room });
  const hub = io.of('/room');
  const members: Member[] = [];
  for (const [version, transport] of arrivals) {
    const arrival = new Promise<Socket>((resolve) => void hub.once('connection', resolve));
    const client = connect(version, `${url}/room`, { transports: [transport] });
    const [socket] = await Promise.all([arrival, client.next('connect')]);
    await client.ask('join');
    members.push({ name: `${version} ${transport}`, client, socket, heard: collect(client, 'said') });
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
    hub.to('room').emit('said', 'to nobody');
    await settled((event) => hub.emit(event), members);
    for (const [index, { heard }] of members.entries()) {
      expect(heard.flat()).toEqual(members.slice(0, index).map(({ name }) => name));
    }
  });

  it('are asked together, and all answer', async () => {
    const { hub, members } = await assemble();
    for (const { name, client } of members)
      client.on('ask', (_: string, answer: (name: string) => void) => answer(name));
    const answers = await hub.timeout(10_000).emitWithAck('ask', 'who are you?');
    expect([...answers].sort()).toEqual(members.map(({ name }) => name).sort());
  });

  it('get volatile messages while they can take them', async () => {
    const { hub, members } = await assemble();
    // Polls wait as soon as their clients have heard something.
    await settled((event) => hub.emit(event), members);
    const streaming = members.filter(({ socket }) => socket.conn.transport.streaming);
    const heard = streaming.map(({ client }) => client.next('said'));
    hub.volatile.emit('said', 'now or never');
    for (const words of await Promise.all(heard)) expect(words).toEqual(['now or never']);
  });

  it('are sent away together', async () => {
    const { hub, members, io } = await assemble();
    const gone = members.map(({ client }) => client.next('disconnect'));
    hub.in('room').disconnectSockets(true);
    await Promise.all(gone);
    expect([hub.sockets.size, io.census().total]).toEqual([0, 0]);
  });

  it('are counted by generation and transport', async () => {
    const { io, members } = await assemble();
    expect(io.census()).toEqual({
      total: members.length,
      generations: {
        '0.9': { websocket: 1, 'xhr-polling': 1 },
        eio3: { polling: 2, websocket: 2 },
        eio4: { polling: 1, websocket: 2 },
      },
    });
    expect(members.map(({ socket }) => socket.conn.generation)).toEqual(
      MEMBERS.map(([version]) => (version.startsWith('0') ? '0.9' : /^[12]/.test(version) ? 'eio3' : 'eio4')),
    );
  });

  it('have a broadcast encoded once for each protocol, and not at all for one that nobody speaks', async () => {
    const { hub, members } = await assemble();
    const one = (generation: string) => members.find(({ socket }) => socket.conn.generation === generation);
    const readsFor = (audience: readonly Member[]) => {
      for (const { socket } of members)
        if (!audience.some((member) => member.socket === socket)) socket.disconnect(true);
      let reads = 0;
      hub.emit('said', { toJSON: () => ++reads });
      return reads;
    };
    const oneEach = ['eio4', 'eio3', '0.9'].map((generation) => one(generation)!);
    const forAll = readsFor(members);
    expect(readsFor(oneEach), 'one of each costs as much as all').toBe(forAll);
    expect(readsFor(oneEach.slice(0, 2)), 'nobody speaks 0.9 any more').toBeLessThan(forAll);
  });
});
