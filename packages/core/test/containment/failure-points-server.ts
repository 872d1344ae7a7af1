import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Namespace, type Server, type Socket } from '@sio/core';
import { onTestFinished } from 'vitest';
import {
  answerEcho,
  ask,
  byOutcome,
  entered,
  type FailurePoint,
  FINE,
  INTERNAL,
  isSynchronous,
  join,
  NO_ANSWER,
  quietly,
  REFUSED,
  visit,
  WAITS,
} from './failure-point.js';
import type { Failure } from './failures.js';
import type { Setting } from './harness.js';

type Fail = Failure['fail'];
type Listener = (...args: never[]) => unknown;

/** A namespace of the function style whose sockets answer `echo`. */
function functions(prepare: (io: Server, socket?: never) => void, each?: (socket: Socket) => void): Setting {
  return {
    setUp(io) {
      answerEcho(io, each);
      prepare(io);
    },
  };
}

const nothing = () => {};
const once = () => 1;

/** In listeners, middlewares and callbacks of the function style, and in what is asked about everybody. */
export const SERVER_FAILURE_POINTS: readonly FailurePoint[] = [
  {
    name: "a listener of 'connection'",
    setting: (fail) => functions((io) => io.of('/bad').on('connection', () => void hand(fail))),
    play: (harness, kind) => visit(harness, kind),
    told: () => FINE,
    reports: (failure) => Number(isSynchronous(failure)),
  },
  ...(['connect', 'connection'] as const).map(
    (event): FailurePoint => ({
      name: `an asynchronous listener of '${event}'`,
      setting: (fail) => functions((io) => io.of('/bad').on(event, (() => fail()) as never)),
      play: (harness, kind) => visit(harness, kind),
      told: () => FINE,
    }),
  ),
  {
    name: "a listener of a client's event",
    callback: true,
    setting: (fail) => functions(nothing, (socket) => socket.on('attack', (_x, ack) => fail(ack))),
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(NO_ANSWER, NO_ANSWER, []),
  },
  {
    name: 'the second of two listeners of an event',
    setting: (fail) =>
      functions(nothing, (socket) => {
        socket.on('attack', () => fail());
        socket.on('attack', (_x, ack) => ack('the other'));
      }),
    play: (harness, kind) => ask(harness, kind),
    told: () => ['the other'],
  },
  ...(['onAny', 'onAnyOutgoing'] as const).map(
    (method): FailurePoint => ({
      name: method,
      setting: (fail) =>
        functions(nothing, (socket) => {
          socket[method]((event: string) => (event === 'attack' ? fail() : undefined));
          socket.on('attack', (_x, ack) => {
            if (method === 'onAnyOutgoing') socket.emit('attack');
            ack('done');
          });
        }),
      play: (harness, kind) => ask(harness, kind),
      told: () => ['done'],
    }),
  ),
  {
    name: 'a middleware of a socket',
    callback: true,
    setting: (fail) =>
      functions(nothing, (socket) => {
        socket.use(([event], next) => (event === 'attack' ? fail(next) : next()));
        socket.on('attack', (_x, ack) => ack('let through'));
      }),
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(NO_ANSWER, NO_ANSWER, ['let through']),
  },
  {
    name: "a socket's listener of 'error'",
    setting: (fail) =>
      functions(nothing, (socket) => {
        socket.use(([event], next) => next(event === 'attack' ? new Error('no') : undefined));
        socket.on('error', () => fail());
      }),
    play: (harness, kind) => ask(harness, kind),
    told: () => NO_ANSWER,
  },
  {
    name: 'a middleware of a namespace',
    callback: true,
    setting: (fail) => functions((io) => io.of('/bad').use((_socket, next) => fail(next))),
    play: (harness, kind) => join(harness, kind),
    told: byOutcome(REFUSED, WAITS, FINE),
  },
  ...(['disconnecting', 'disconnect'] as const).map(
    (event): FailurePoint => ({
      name: `a listener of '${event}'`,
      setting: (fail) => functions(nothing, (socket) => socket.on(event, () => fail())),
      play: (harness, kind) => visit(harness, kind),
      told: () => FINE,
    }),
  ),
  ...Object.entries<(socket: Socket, done: Listener) => void>({
    'the callback of an emit': (socket, done) => socket.emit('question', done),
    'the callback of an emit with a time limit': (socket, done) => socket.timeout(60_000).emit('question', done),
    'the callback of an emit whose time is over': (socket, done) => socket.timeout(1).emit('no answer', done),
    'the callback of a broadcast': (socket, done) => socket.nsp.timeout(60_000).emit('question', done as never),
    'the callback of a broadcast whose time is over': (socket, done) =>
      socket.nsp.timeout(1).emit('no answer', done as never),
  }).map(
    ([name, emit]): FailurePoint => ({
      name,
      setting: (fail) => functions(nothing, (socket) => socket.on('attack', () => emit(socket, () => fail()))),
      async play(harness, kind) {
        const client = await harness.client(kind, '/bad').connected();
        client.answer('question', () => [42]);
        const { called } = harness;
        client.emit('attack');
        await called;
        await client.ask('echo', 1);
        client.close();
        return FINE;
      },
      told: () => FINE,
    }),
  ),
  {
    name: 'a predicate that says which namespaces there are',
    callback: true,
    setting: (fail) => ({
      options: { cleanupEmptyChildNamespaces: true },
      setUp: (io) =>
        void io.of((name, _auth, next) => (name === '/dynamic' ? fail(() => next(null, true)) : next(null, false))),
    }),
    play: (harness, kind) => join(harness, kind, '/dynamic'),
    told: byOutcome('refused: Invalid namespace', WAITS, FINE),
  },
  {
    name: "a listener of 'new_namespace'",
    setting: (fail) => ({
      options: { cleanupEmptyChildNamespaces: true },
      setUp(io) {
        io.of(/^\/dynamic$/);
        io.on('new_namespace', () => fail());
      },
    }),
    play: (harness, kind) => entered(harness, kind, '/dynamic'),
    told: () => FINE,
  },
  ...['connect', 'event'].map(
    (type): FailurePoint => ({
      name: `a guard, asked about a ${type}`,
      setting: (fail) => ({
        options: {
          guards: [
            (socket, attempt) =>
              socket.nsp.name === '/bad' &&
              (attempt.type === 'event' ? attempt.event === 'attack' : type === 'connect') &&
              attempt.type === type
                ? (fail() as boolean)
                : true,
          ],
        },
        ...functions(nothing, (socket) => socket.on('attack', (_x, ack) => ack('let through'))),
      }),
      play: (harness, kind) => (type === 'connect' ? join(harness, kind) : guarded(harness, kind)),
      told: type === 'connect' ? byOutcome(REFUSED, WAITS) : byOutcome(INTERNAL, NO_ANSWER),
    }),
  ),
  {
    name: 'errorHandler',
    setting: (fail) => ({
      options: { errorHandler: () => fail() as undefined },
      ...functions(nothing, (socket) =>
        socket.on('attack', () => {
          throw new Error('the first');
        }),
      ),
    }),
    play: (harness, kind) => ask(harness, kind),
    told: () => NO_ANSWER,
  },
  {
    name: "a listener of 'handler_error'",
    setting: (fail) => ({
      ...functions(
        (io) => io.on('handler_error' as never, (() => fail()) as never),
        (socket) =>
          socket.on('attack', () => {
            throw new Error('the first');
          }),
      ),
    }),
    play: (harness, kind) => ask(harness, kind),
    told: () => NO_ANSWER,
  },
  {
    name: 'the logger',
    setting: (fail) => ({
      options: {
        logger: { error: () => fail() as undefined, warn: nothing, info: nothing, debug: nothing },
      },
      ...functions(nothing, (socket) =>
        socket.on('attack', () => {
          throw new Error('the first');
        }),
      ),
    }),
    play: (harness, kind) => quietly(() => ask(harness, kind)),
    told: () => NO_ANSWER,
    reports: () => 0,
  },
  {
    name: 'a subscriber of a diagnostics channel',
    setting(fail) {
      const onMessage = (message: unknown) =>
        (message as { namespace: string }).namespace === '/bad' ? (fail() as undefined) : undefined;
      for (const name of CHANNELS) {
        subscribe(name, onMessage);
        onTestFinished(() => void unsubscribe(name, onMessage));
      }
      return functions(nothing, (socket) => socket.on('attack', (_x, ack) => ack('done')));
    },
    play: (harness, kind) => quietly(() => ask(harness, kind)),
    told: () => ['done'],
    reports: () => 0,
  },
  ...Object.entries({
    'toJSON of what is emitted': (fail: Fail) => ({ toJSON: () => fail() }),
    'a getter of what is emitted': (fail: Fail) => ({
      get value() {
        return fail();
      },
    }),
  }).flatMap(([name, made]) =>
    (['emit', 'broadcast'] as const).map(
      (way): FailurePoint => ({
        name: `${name} (${way})`,
        synchronous: true,
        setting: (fail) =>
          functions(nothing, (socket) =>
            socket.on('attack', (_x, ack) => {
              if (way === 'emit') socket.emit('news', made(fail));
              else socket.nsp.emit('news', made(fail));
              ack('sent');
            }),
          ),
        play: (harness, kind) => ask(harness, kind),
        // The emitting code gets the error, as with any other invalid argument.
        told: () => NO_ANSWER,
        reports: once,
      }),
    ),
  ),
  ...(['create-room', 'join-room', 'leave-room', 'delete-room'] as const).map(
    (event): FailurePoint => ({
      name: `a listener of the adapter's '${event}'`,
      setting: (fail) => functions((io) => io.of('/bad').adapter.on(event, () => fail())),
      play: (harness, kind) => visit(harness, kind),
      told: () => FINE,
    }),
  ),
  {
    name: 'the class of a namespace beside which others are',
    setting: (fail) => ({
      namespaces: {
        '/': class extends Namespace {
          onEcho(value: unknown) {
            return value;
          }
        },
        '/bad': class extends Namespace {
          onAttack() {
            return fail();
          }

          onEcho(value: unknown) {
            return value;
          }

          onDisconnect() {
            return fail();
          }
        },
      },
    }),
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(INTERNAL, NO_ANSWER),
    reports: ({ reported }) => 2 * Number(reported),
  },
];

const CHANNELS = ['connection', 'disconnection', 'event', 'emit', 'ack', 'error', 'refusal'].map(
  (name) => `sio:${name}`,
);

/** Fails, but keeps a promise to itself: no other code sees it. */
function hand(fail: Fail): void {
  const result = fail();
  if (result instanceof Promise) result.catch(() => {});
}

/** An event whose guard never decides keeps all that follow waiting, so that only others can show that nothing comes. */
async function guarded(
  harness: Parameters<FailurePoint['play']>[0],
  kind: Parameters<FailurePoint['play']>[1],
): Promise<unknown> {
  if (harness.failure.outcome !== 'undecided') return ask(harness, kind);
  const client = await harness.client(kind, '/bad').connected();
  const { called } = harness;
  let answer: unknown = NO_ANSWER;
  client.socket.emit('attack', 'x', (...answers: unknown[]) => {
    answer = answers;
  });
  await called;
  await harness.othersGoOn();
  client.close();
  return answer;
}
