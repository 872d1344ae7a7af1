import { createRequire } from 'node:module';
import type { Socket as ClientSocket } from 'socket.io-client';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ask, connected, next, record } from '../support/harness.js';
import type { Commands } from './commands.mjs';

type Called<F> = F extends (...args: infer Args) => infer R ? (...args: Args) => Promise<Awaited<R>> : never;

/** One server of a cluster, wherever it runs. */
export interface ClusterNode {
  readonly url: string;
  readonly tell: { [Name in keyof Commands]: Called<Commands[Name]> };
}

const require = createRequire(import.meta.url);

/** Every server knows of the other. */
async function together(nodes: readonly ClusterNode[]): Promise<void> {
  for (const node of nodes) {
    while ((await node.tell.servers()) < nodes.length) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A client that has joined `rooms`, and what it hears. */
async function joined(node: ClusterNode, name: string, ...rooms: string[]) {
  const peer = await connected(node.url, { query: { name } });
  await ask(peer, 'join', rooms);
  await ask(peer, 'name', name);
  return peer;
}

/** `last` takes the same way: once it has come, nothing else is on its way. */
async function heardUntilLast(
  sender: ClusterNode,
  peers: readonly ClientSocket[],
  event: string,
): Promise<unknown[][]> {
  const heard = peers.map((peer) => record(peer, event));
  const last = peers.map((peer) => next(peer, 'last'));
  await sender.tell.emit({}, 'last');
  await Promise.all(last);
  return heard;
}

/** Two servers serve each other's clients through an adapter. @param old also clients of before Engine.IO */
export function clusterSuite(title: string, start: () => Promise<[ClusterNode, ClusterNode]>, old: boolean): void {
  describe(title, () => {
    let a: ClusterNode;
    let b: ClusterNode;
    beforeAll(async () => {
      [a, b] = await start();
      await together([a, b]);
    });

    it('broadcasts to the clients of both', async () => {
      const peers = [await joined(a, 'ann'), await joined(b, 'bob')];
      const heard = peers.map((peer) => next(peer, 'news'));
      await a.tell.emit({}, 'news', 1, { two: 2 });
      expect(await Promise.all(heard)).toEqual([
        [1, { two: 2 }],
        [1, { two: 2 }],
      ]);
    });

    it('keeps to rooms and exceptions', async () => {
      const [ann, bob, cid] = [
        await joined(a, 'ann', 'x'),
        await joined(b, 'bob', 'x'),
        await joined(b, 'cid', 'x', 'y'),
      ];
      const heard = [ann, bob, cid].map((peer) => record(peer, 'news'));
      await a.tell.emit({ to: ['x'] }, 'news', 'x');
      await a.tell.emit({ to: ['x'], except: ['y'] }, 'news', 'x without y');
      await a.tell.emit({ to: ['y'] }, 'news', 'y');
      await a.tell.emit({ to: ['x'], local: true }, 'news', 'local');
      await heardUntilLast(a, [ann, bob, cid], 'news');
      // A local packet need not wait for the way through the others.
      expect(heard.map((each) => each.map(([, what]) => what).sort())).toEqual([
        ['local', 'x', 'x without y'],
        ['x', 'x without y'],
        ['x', 'y'],
      ]);
    });

    it('leaves out the socket that speaks', async () => {
      const [ann, bob] = [await joined(a, 'ann', 'talk'), await joined(b, 'bob', 'talk')];
      const heard = record(ann, 'said');
      const said = next(bob, 'said');
      ann.emit('tell others', 'talk', 'said', 'hi');
      expect(await said).toEqual(['hi']);
      await heardUntilLast(b, [ann], 'said');
      expect(heard).toEqual([]);
    });

    it('carries binary', async () => {
      const bob = await joined(b, 'bob');
      const heard = next(bob, 'file');
      await a.tell.emit({ to: [bob.id as string] }, 'file', Buffer.of(1, 2, 3));
      expect(await heard).toEqual([Buffer.of(1, 2, 3)]);
    });

    it('fetches the sockets of both, with rooms and data', async () => {
      const [ann, bob] = [await joined(a, 'ann', 'fetch'), await joined(b, 'bob', 'fetch')];
      const found = await a.tell.fetch({ to: ['fetch'] });
      const byName = new Map(found.map((socket) => [socket.data.name, socket]));
      expect(byName.get('ann')).toMatchObject({ id: ann.id, rooms: [ann.id, 'fetch'], query: { name: 'ann' } });
      expect(byName.get('bob')).toMatchObject({ id: bob.id, rooms: [bob.id, 'fetch'], query: { name: 'bob' } });
      const heard = next(bob, 'direct');
      await a.tell.emitToEach({ to: [bob.id as string] }, 'direct', 7);
      expect(await heard).toEqual([7]);
    });

    it('speaks to one socket of the other: asks it, moves it, disconnects it', async () => {
      const bob = await joined(b, 'bob', 'old');
      const to = [bob.id as string];
      bob.on('who', (answer: (text: string) => void) => answer('bob'));
      expect(await a.tell.askEach({ to }, 'who')).toEqual([[null, 'bob']]);
      expect(await a.tell.askEach({ to, timeout: 20 }, 'nothing')).toEqual([['operation has timed out', null]]);
      await a.tell.moveEach({ to }, 'new', 'old');
      const rooms = async () => (await b.tell.fetch({ to }))[0]?.rooms;
      while (!(await rooms())?.includes('new') || (await rooms())?.includes('old')) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const gone = next(bob, 'disconnect');
      await a.tell.disconnectEach({ to });
      expect((await gone)[0]).toBe('io server disconnect');
    });

    it('lets sockets of the other join, leave and go', async () => {
      const bob = await joined(b, 'bob');
      const to = [bob.id as string];
      const roomsOf = async () => (await b.tell.fetch({ to }))[0]?.rooms;
      const until = async (holds: (rooms: string[]) => boolean) => {
        while (!holds((await roomsOf()) ?? [])) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await a.tell.join({ to }, ['moved']);
      await until((rooms) => rooms.includes('moved'));
      const heard = next(bob, 'moved');
      await a.tell.emit({ to: ['moved'] }, 'moved');
      await heard;
      await a.tell.leave({ to }, ['moved']);
      await until((rooms) => !rooms.includes('moved'));
      const gone = next(bob, 'disconnect');
      await a.tell.disconnect({ to }, false);
      expect((await gone)[0]).toBe('io server disconnect');
    });

    it('collects acknowledgements from the clients of both', async () => {
      const [ann, bob] = [await joined(a, 'ann', 'ask'), await joined(b, 'bob', 'ask')];
      for (const [peer, name] of [
        [ann, 'ann'],
        [bob, 'bob'],
      ] as const) {
        peer.on('who', (n: number, answer: (text: string) => void) => answer(`${name} ${n}`));
      }
      expect(((await a.tell.ask({ to: ['ask'] }, 'who', 1)) as string[]).sort()).toEqual(['ann 1', 'bob 1']);
      expect(await a.tell.ask({ to: ['empty room'] }, 'who', 1)).toEqual([]);
    });

    it('passes events between the servers, with and without an acknowledgement', async () => {
      // Another suite may have had these servers.
      const notesOf = async (node: ClusterNode) => (await node.tell.notes()).filter(([, by]) => by === title);
      await a.tell.note('hello', title);
      while ((await notesOf(b)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await notesOf(b)).toEqual([['hello', title]]);
      expect(await notesOf(a)).toEqual([]);
      expect(await a.tell.increment(41)).toEqual([42]);
    });

    it.each(old ? ['2.5', '0.9'] : ['2.5'])('has a client %s in the same room', async (version) => {
      const ann = await joined(a, 'ann', `with ${version}`);
      const peer = connectOld(version, b.url);
      await next(peer, 'connect');
      await ask(peer, 'join', [`with ${version}`]);
      const heard = [next(ann, 'said'), next(peer, 'said')];
      await a.tell.emit({ to: [`with ${version}`] }, 'said', 'to all', { n: 1 });
      expect(await Promise.all(heard)).toEqual([
        ['to all', { n: 1 }],
        ['to all', { n: 1 }],
      ]);
      const answer = next(ann, 'said');
      peer.emit('tell others', `with ${version}`, 'said', 'from of old');
      expect(await answer).toEqual(['from of old']);
    });
  });
}

function connectOld(version: string, url: string) {
  const io = require(`socket.io-client-${version}`);
  if (version === '0.9') io.transports = ['websocket'];
  const peer = io.connect(url, { forceNew: true, 'force new connection': true, reconnection: false, reconnect: false });
  onTestFinished(() => void (version === '0.9' ? peer.socket.disconnect() : peer.disconnect()));
  return peer;
}
