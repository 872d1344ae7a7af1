import { createServer } from 'node:http';
import { listen } from '@sio/test-kit';
import fc from 'fast-check';
import type { Server, Socket } from 'socket.io';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { expect, it } from 'vitest';
import { addressOf, next, settled } from '../support/harness.js';
import { type Library, libraries } from '../support/libraries.js';

const PEOPLE = [0, 1, 2] as const;
type Who = (typeof PEOPLE)[number];
/** A room, or a person, who is a room as well. */
type Room = string | Who;

interface Target {
  readonly from: Who | 'server';
  readonly to: readonly Room[];
  readonly except: readonly Room[];
}

type OwnStep =
  | { readonly do: 'join' | 'leave'; readonly who: Who; readonly room: string }
  | { readonly do: 'tell'; readonly who: Who; readonly args: readonly unknown[] };

type TargetStep =
  | { readonly do: 'emit'; readonly target: Target; readonly args: readonly unknown[] }
  | { readonly do: 'ask'; readonly target: Target }
  | { readonly do: 'fetch'; readonly target: Target }
  | { readonly do: 'socketsJoin' | 'socketsLeave'; readonly target: Target; readonly room: string }
  | { readonly do: 'sendAway'; readonly target: Target };

type Step = OwnStep | TargetStep;

const who = fc.constantFrom(...PEOPLE);
const room = fc.constantFrom('a', 'b', 'c');
const place: fc.Arbitrary<Room> = fc.oneof(room, who);
const target: fc.Arbitrary<Target> = fc.record({
  from: fc.oneof(who, fc.constant('server' as const)),
  to: fc.array(place, { maxLength: 2 }),
  except: fc.array(place, { maxLength: 1 }),
});
const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), bytes, fc.record({ deep: fc.array(bytes, { maxLength: 2 }) }));
const args = fc.array(value, { maxLength: 3 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'leave' as const), who, room }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('emit' as const), target, args }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tell' as const), who, args }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask' as const), target }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fetch' as const), target }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('socketsJoin' as const, 'socketsLeave' as const), target, room }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sendAway' as const), target }) },
);

type Operator = ReturnType<Server['to']>;

/** Three clients of a server, and all that is seen on the way: ids are told as the number of their person. */
class Harness {
  readonly seen: unknown[] = [];
  readonly #io: Server;
  readonly #sockets: Socket[] = [];
  readonly #peers: ClientSocket[] = [];
  readonly #heard: unknown[][] = [];

  constructor(io: Server) {
    this.#io = io;
  }

  async enter(url: string): Promise<void> {
    const arrival = next(this.#io, 'connection');
    const peer = connectTo(url, { forceNew: true, reconnection: false, transports: ['websocket'] });
    const [[socket]] = await Promise.all([arrival, next(peer, 'connect')]);
    const heard: unknown[] = [];
    peer.onAny((event, ...rest) => void (event === 'settled?' || heard.push([event, ...rest.filter(isNoFunction)])));
    peer.on('disconnect', (reason) => heard.push(reason));
    peer.on('who', (answer) => answer(this.#peers.indexOf(peer)));
    this.#sockets.push(socket);
    this.#peers.push(peer);
    this.#heard.push(heard);
  }

  #name(id: string): Room {
    const index = this.#sockets.findIndex((socket) => socket.id === id);
    return index === -1 ? id : (index as Who);
  }

  #room(place: Room): string {
    return typeof place === 'string' ? place : (this.#sockets[place] as Socket).id;
  }

  #operator({ from, to, except }: Target): Operator {
    const rooms = to.map((each) => this.#room(each));
    const others = except.map((each) => this.#room(each));
    if (from === 'server') return this.#io.to(rooms).except(others);
    return (this.#sockets[from] as Socket).to(rooms).except(others);
  }

  async play(step: Step): Promise<void> {
    if ('target' in step) await this.#playAt(this.#operator(step.target), step);
    else if (step.do === 'tell') this.#sockets[step.who]?.emit('told', ...step.args);
    else await this.#sockets[step.who]?.[step.do](step.room);
    this.seen.push(this.#sockets.map(({ rooms }) => [...rooms].map((id) => this.#name(id))));
  }

  async #playAt(operator: Operator, step: TargetStep): Promise<void> {
    if (step.do === 'emit') operator.emit('said', ...step.args);
    else if (step.do === 'socketsJoin') operator.socketsJoin(step.room);
    else if (step.do === 'socketsLeave') operator.socketsLeave(step.room);
    else if (step.do === 'sendAway') operator.disconnectSockets();
    else if (step.do === 'fetch')
      this.seen.push((await operator.fetchSockets()).map(({ id }) => this.#name(id)).sort());
    else if (step.do === 'ask') this.seen.push((await operator.timeout(30_000).emitWithAck('who')).sort());
  }

  async end(): Promise<void> {
    for (const [index, socket] of this.#sockets.entries()) {
      const peer = this.#peers[index] as ClientSocket;
      if (socket.connected) await settled(socket, peer);
      else if (peer.connected) await next(peer, 'disconnect');
      peer.disconnect();
    }
    this.seen.push(this.#heard);
  }
}

function isNoFunction(value: unknown): boolean {
  return typeof value !== 'function';
}

/** All that is seen of a story on one library. */
async function tell(load: () => Promise<Library>, steps: readonly Step[]): Promise<unknown[]> {
  const http = createServer();
  const io = new (await load()).Server(http);
  await listen(http);
  const harness = new Harness(io);
  try {
    for (const _ of PEOPLE) await harness.enter(addressOf(http).url);
    for (const each of steps) await harness.play(each);
    await harness.end();
    return harness.seen;
  } finally {
    await io.close();
  }
}

it('any sequence of joins, emits, questions and leaves gives the same packets on both', async () => {
  const [theirs, ours] = libraries.map(([, load]) => load) as [() => Promise<Library>, () => Promise<Library>];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      expect(await tell(ours, steps)).toEqual(await tell(theirs, steps));
    }),
    { numRuns: 40 },
  );
});
