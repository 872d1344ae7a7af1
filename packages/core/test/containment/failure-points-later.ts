import { once } from 'node:events';
import { ClientError, event, Namespace, type Server, type ServerOptions, type Socket } from '@sio/core';
import type { ClientKind } from '@sio/test-kit';
import { Adapter } from 'socket.io-adapter';
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
import type { Harness, Setting } from './harness.js';

type Fail = Failure['fail'];

class Echoing extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

function functions(options: ServerOptions, each?: (socket: Socket, io: Server) => void): Setting {
  return { options, setUp: (io) => answerEcho(io, each) };
}

/** Options of a client that puts `key=1` in the query of its handshake. */
const marked = (kind: ClientKind, key: string) => ({ query: kind.name === '4.8' ? { [key]: '1' } : `${key}=1` });

const recovers = ({ generation }: ClientKind) => generation.name === 'eio4';

/** An adapter that keeps sockets for clients that come back, on a server whose `/bad` it fails. */
function keeping(broken: Readonly<Record<string, Fail>>): Setting {
  class Broken extends Adapter {
    constructor(hub: { name: string }) {
      super(hub);
      if (hub.name === '/bad') Object.assign(this, { restoreSession: async () => null, ...broken });
    }
  }
  return functions({ adapter: Broken as never, connectionStateRecovery: true });
}

/** Code that runs beside the events of a client or long after its arrival, and code that checks outgoing events. */
export const LATER_FAILURE_POINTS: readonly FailurePoint[] = [
  {
    name: 'auth.check, asked again at an interval',
    setting(fail) {
      const asked = new WeakSet<object>();
      const check = (socket: { nsp: { name: string } }, _auth: unknown, occasion: string) => {
        if (occasion !== 'recheck' || socket.nsp.name !== '/bad' || asked.has(socket)) return true;
        asked.add(socket);
        return fail() as boolean;
      };
      return functions({ auth: { check, recheckInterval: 1 } });
    },
    async play(harness, kind) {
      const { called } = harness;
      const client = await harness.client(kind, '/bad').connected();
      await called;
      await client.ask('echo', 1);
      client.close();
      return FINE;
    },
    told: () => FINE,
  },
  {
    name: 'sessionId, asked about one of two connections when a session ends',
    setting: (fail) =>
      functions({
        sessionId({ url = '' }) {
          if (url.includes('attack=1')) return fail() as string;
          return url.includes('member=1') ? 'a session' : undefined;
        },
      }),
    async play(harness, kind) {
      const failing = await harness.client(kind, '/bad', marked(kind, 'attack')).connected();
      const member = await harness.client(kind, '/bad', marked(kind, 'member')).connected();
      const ended = harness.io.endSession('a session');
      await member.disconnected();
      await failing.ask('echo', 1);
      failing.close();
      return ended;
    },
    told: () => 1,
  },
  {
    name: 'a task of io.spawn',
    setting: (fail) =>
      functions({}, (socket, io) =>
        socket.on('attack', (_x, ack) => {
          io.spawn(() => fail());
          ack('begun');
        }),
      ),
    play: (harness, kind) => ask(harness, kind),
    told: () => ['begun'],
  },
  {
    name: 'the end of a task whose client has gone',
    setting: (fail) =>
      functions({}, (socket) =>
        socket.spawn(async (signal) => {
          await once(signal, 'abort');
          return fail();
        }),
      ),
    play: (harness, kind) => visit(harness, kind),
    told: () => FINE,
  },
  {
    name: 'a schema of what is emitted',
    setting: (fail) => ({
      namespaces: {
        '/': Echoing,
        '/bad': class extends Echoing {
          static emits = { news: schema(fail) };

          onAttack() {
            this.emit('news', 1);
            return 'sent';
          }
        },
      },
    }),
    play: (harness, kind) => ask(harness, kind),
    told: () => INTERNAL,
    // An emit waits for no schema: an asynchronous one throws at the call.
    reports: () => 1,
  },
  {
    name: 'a schema of what a method returns',
    setting: (fail) => ({
      namespaces: {
        '/': Echoing,
        '/bad': class extends Echoing {
          static events = { attack: event(anything, () => 'kept back', schema(fail)) } as const;
        },
      },
    }),
    play: (harness, kind) => ask(harness, kind),
    told: byOutcome(INTERNAL, NO_ANSWER),
  },
  {
    name: 'the debug of a logger',
    setting: (fail) => ({
      options: { logger: { error: () => {}, warn: () => {}, info: () => {}, debug: () => fail() as undefined } },
      namespaces: {
        '/': Echoing,
        '/bad': class extends Echoing {
          onAttack() {
            throw new ClientError('no', 'Not today');
          }
        },
      },
    }),
    play: (harness, kind) => quietly(() => ask(harness, kind)),
    told: () => [{ error: { name: 'no', message: 'Not today' } }],
    reports: () => 0,
  },
  {
    name: 'the warn of a logger',
    setting: (fail) =>
      functions(
        {
          legacyBinary: 'drop',
          logger: { error: () => {}, warn: () => fail() as undefined, info: () => {}, debug: () => {} },
        },
        (socket) =>
          socket.on('attack', (_x, ack) => {
            // Of bytes for clients of 0.9 it is warned.
            socket.emit('bytes', Buffer.of(1));
            ack('sent');
          }),
      ),
    play: (harness, kind) => quietly(() => ask(harness, kind)),
    told: () => ['sent'],
    reports: () => 0,
  },
  {
    name: 'persistSession of an adapter',
    setting: (fail) => keeping({ persistSession: fail }),
    play: (harness, kind) => (recovers(kind) ? lost(harness, kind) : visit(harness, kind)),
    told: () => FINE,
    reports: ({ reported }, kind) => Number(reported && recovers(kind)),
  },
  {
    name: 'restoreSession of an adapter',
    setting: (fail) => keeping({ restoreSession: fail }),
    play: (harness, kind) =>
      recovers(kind)
        ? join(harness, kind, '/bad', { auth: { pid: 'of old', offset: 'of old' } })
        : entered(harness, kind, '/bad'),
    // Without its socket of old a client gets a new one.
    told: ({ outcome }, kind) => (outcome === 'undecided' && recovers(kind) ? WAITS : FINE),
    reports: ({ reported }, kind) => Number(reported && recovers(kind)),
  },
  {
    name: 'addAll of an adapter, for a socket that comes back to its rooms',
    setting: (fail) =>
      keeping({
        restoreSession: (async () => ({ sid: 'of old', rooms: ['kept'], data: {}, missedPackets: [] })) as Fail,
        addAll: ((_id: string, rooms: Set<string>) => (rooms.has('kept') ? fail() : undefined)) as never,
      }),
    play: (harness, kind) => entered(harness, kind, '/bad', { auth: { pid: 'of old', offset: 'of old' } }),
    // A client that cannot have its rooms back is not let in as if it had them.
    told: (failure, kind) => (isSynchronous(failure) && recovers(kind) ? REFUSED : FINE),
    reports: ({ reported }, kind) => Number(reported && recovers(kind)),
  },
];

function schemaOf(validate: (value: unknown) => unknown) {
  return { '~standard': { version: 1 as const, vendor: 'test', validate: validate as () => never } };
}

const schema = (fail: Fail) => schemaOf(() => fail());
const anything = schemaOf((value) => ({ value }));

/** Joins, and loses the connection. */
async function lost(harness: Harness, kind: ClientKind): Promise<unknown> {
  const client = await harness.client(kind, '/bad').connected();
  await client.ask('echo', 1);
  client.socket.io.engine.close();
  await client.disconnected();
  await harness.emptied();
  return FINE;
}
