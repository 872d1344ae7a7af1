import '@sio/core/compat';
import { EventEmitter } from 'node:events';
import { type ConnectOptions, connect, type Version } from '@sio/test-kit';
import { startSample } from '@sio/test-kit/examples';
import 'socket.io';
import { expect, onTestFinished, test, vi } from 'vitest';

/** The program asks for `socket.io`, and gets an old release of it. */
function on(alias: 'socket.io-0.9' | 'socket.io-2', program: () => Promise<unknown>) {
  return () => {
    vi.doMock('socket.io', () => import(alias));
    onTestFinished(() => void vi.doUnmock('socket.io'));
    // Releases for Node 0.x take the class from here.
    if (alias === 'socket.io-0.9') Object.assign(process, { EventEmitter });
    return program();
  };
}

/** A program on the old server, the same on this one, and clients that must not notice. */
const MOVES = {
  '4': {
    before: () => import('./moving/socket.io-4-before.js'),
    after: () => import('./moving/socket.io-4-after.js'),
    clients: ['4.8.4', '3.1.3'],
    play: playRooms([2, 2], {}),
  },
  '2': {
    before: on('socket.io-2', () => import('./moving/socket.io-2-before.mjs')),
    after: () => import('./moving/socket.io-2-after.js'),
    clients: ['2.5.0', '1.7.4'],
    play: playRooms([1, 2], { origin: 'https://app.example' }),
  },
  '0.9': {
    before: on('socket.io-0.9', () => import('./moving/socket.io-0.9-before.mjs')),
    after: () => import('./moving/socket.io-0.9-after.js'),
    clients: ['0.9.17'],
    play: playNames,
  },
} as const satisfies Record<string, Move>;

type Transport = 'polling' | 'websocket';

interface Move {
  readonly before: () => Promise<unknown>;
  readonly after: () => Promise<unknown>;
  readonly clients: readonly Version[];
  readonly play: (url: string, version: Version, transport: Transport) => Promise<void>;
}

const cases = Object.entries(MOVES).flatMap(([release, { before, after, ...rest }]) => [
  { server: `socket.io ${release}`, program: before, ...rest },
  { server: `sio, with the program of socket.io ${release} changed`, program: after, ...rest },
]);

test.each<{ server: string; program: () => Promise<unknown> } & Omit<Move, 'before' | 'after'>>(cases)(
  'clients of the chat that moves get the same on $server',
  async ({ program, clients, play }) => {
    const url = `http://${await startSample(program)}/chat`;
    for (const version of clients)
      for (const transport of ['polling', 'websocket'] as const) await play(url, version, transport);
  },
);

/**
 * @param answers of the program to the two clients
 * @param extraHeaders of both clients, as a page of another origin sends them
 */
function playRooms(answers: number[], extraHeaders: Record<string, string>): Move['play'] {
  return async (url, version, transport) => {
    const room = `tea, ${version} over ${transport}`;
    const [ann, ben] = await two(url, version, { transports: [transport], extraHeaders });
    expect([await ann.ask('enter', room), await ben.ask('enter', room)]).toEqual(answers.map((answer) => [answer]));
    const heard = Promise.all([ann.next('said'), ben.next('said')]);
    ann.emit('say', room, 'hello');
    expect(await heard).toEqual([['hello'], ['hello']]);
  };
}

async function playNames(url: string, version: Version, transport: Transport) {
  const [ann, ben] = await two(url, version, transport);
  const [count] = await ann.ask('enter', 'Ann');
  expect(await ben.ask('enter', 'Ben')).toEqual([count]);
  const heard = Promise.all([ann.next('said'), ben.next('said')]);
  ann.emit('say', 'hello');
  expect(await heard).toEqual(Array(2).fill(['Ann', 'hello']));
}

async function two(url: string, version: Version, how: Transport | ConnectOptions) {
  const [ann, ben] = [connect(version, url, how), connect(version, url, how)];
  return Promise.all([ann.joined(), ben.joined()]);
}
