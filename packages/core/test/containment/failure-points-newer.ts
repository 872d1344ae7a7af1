import { ClientError, ConnectionRefused, Namespace, type Socket } from '@sio/core';
import { Adapter } from 'socket.io-adapter';
import {
  ask,
  byOutcome,
  type FailurePoint,
  INTERNAL,
  isSynchronous,
  join,
  NO_ANSWER,
  REFUSED,
  WAITS,
} from './failure-point.js';
import type { Failure } from './failures.js';
import type { Setting } from './harness.js';

type Fail = Failure['fail'];

class Echoing extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

function functions(each: (socket: Socket) => void): Setting {
  return {
    setUp(io) {
      io.of('/bad').on('connection', (socket: Socket) => {
        socket.on('echo', (value: unknown, ack: (value: unknown) => void) => ack(value));
        each(socket);
      });
    },
  };
}

const hostileData: Readonly<Record<string, (fail: Fail) => object>> = {
  toJSON: (fail) => ({ toJSON: () => fail() }),
  'a getter': (fail) => ({
    get value() {
      return fail();
    },
  }),
};

/** In options that are asked about clients, in the data of refusals, and in what other servers make happen. */
export const NEWER_FAILURE_POINTS: readonly FailurePoint[] = [
  {
    name: 'auth.check, asked about a connect',
    setting: (fail) => ({
      options: {
        auth: {
          check: (socket, _auth, occasion) =>
            socket.nsp.name === '/bad' && occasion === 'connect' ? (fail() as boolean) : true,
        },
      },
      ...functions(() => {}),
    }),
    play: (harness, kind) => join(harness, kind),
    told: byOutcome(REFUSED, WAITS),
  },
  {
    name: 'auth.check, asked about a renewal',
    setting: (fail) => ({
      options: { auth: { check: (_socket, _auth, occasion) => (occasion === 'renew' ? (fail() as boolean) : true) } },
      ...functions(() => {}),
    }),
    play: (harness, kind) => ask(harness, kind, 'authenticate'),
    told: byOutcome(INTERNAL, NO_ANSWER),
  },
  {
    name: 'initialAcl',
    synchronous: true,
    setting: (fail) => ({
      namespaces: {
        '/': Echoing,
        '/bad': class extends Echoing {
          initialAcl() {
            fail();
            return null;
          }

          onAttack() {
            return 'let in';
          }
        },
      },
    }),
    play: (harness, kind) => ask(harness, kind),
    told: () => INTERNAL,
    // It is asked at each event until it has answered: at this one, and at two that show that nothing more comes.
    reports: () => 3,
  },
  {
    name: 'broadcast of an adapter',
    setting(fail) {
      class Broken extends Adapter {
        override broadcast(...args: Parameters<Adapter['broadcast']>) {
          return this.nsp.name === '/bad' ? (fail() as undefined) : super.broadcast(...args);
        }
      }
      return {
        options: { adapter: Broken as never },
        ...functions((socket) =>
          socket.on('attack', (_x, ack) => {
            socket.nsp.emit('news');
            ack('sent');
          }),
        ),
      };
    },
    play: (harness, kind) => ask(harness, kind),
    // The emitting code gets the error at once, or goes on.
    told: (failure) => (isSynchronous(failure) ? NO_ANSWER : ['sent']),
  },
  {
    name: 'a listener of what other servers emit',
    setting: (fail) => ({
      setUp(io) {
        io.of('/bad').on('hello' as never, (() => fail()) as never);
        io.of('/bad').on('connection', (socket: Socket) => {
          socket.on('echo', (value, ack) => ack(value));
          socket.on('attack', (_x, ack) => {
            (socket.nsp as unknown as { _onServerSideEmit(args: unknown[]): void })._onServerSideEmit(['hello']);
            ack('done');
          });
        });
      },
    }),
    play: (harness, kind) => ask(harness, kind),
    told: () => ['done'],
  },
  ...Object.entries(hostileData).flatMap(([what, made]): FailurePoint[] => [
    {
      name: `${what} of what an acknowledgement is given`,
      synchronous: true,
      setting: (fail) => functions((socket) => socket.on('attack', (_x, ack) => ack(made(fail)))),
      play: (harness, kind) => ask(harness, kind),
      told: () => NO_ANSWER,
    },
    {
      name: `${what} of the data with which a middleware refuses`,
      synchronous: true,
      setting: (fail) => ({
        setUp: (io) =>
          void io.of('/bad').use((_socket, next) => next(Object.assign(new Error('no'), { data: made(fail) }))),
      }),
      play: (harness, kind) => join(harness, kind),
      // A value that cannot be shown is left out.
      told: () => 'refused: no',
    },
    {
      name: `${what} of the data with which onConnect refuses`,
      synchronous: true,
      setting: (fail) => ({
        namespaces: {
          '/': Echoing,
          '/bad': class extends Echoing {
            onConnect() {
              throw new ConnectionRefused('no', made(fail) as never);
            }
          },
        },
      }),
      play: (harness, kind) => join(harness, kind),
      // A value that cannot be shown is left out.
      told: () => 'refused: no',
    },
    {
      name: `${what} of the data of a ClientError`,
      synchronous: true,
      setting: (fail) => ({
        namespaces: {
          '/': Echoing,
          '/bad': class extends Echoing {
            onAttack() {
              throw new ClientError('no', 'no', made(fail));
            }
          },
        },
      }),
      play: (harness, kind) => ask(harness, kind),
      // A value that cannot be shown is left out.
      told: () => [{ error: { name: 'no', message: 'no' } }],
    },
  ]),
];
