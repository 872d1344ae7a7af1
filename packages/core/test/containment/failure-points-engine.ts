import { request } from 'node:http';
import { Namespace, type ServerOptions, type Socket } from '@sio/core';
import { type Answer, type ClientKind, fetchAnswer } from '@sio/test-kit';
import { Adapter } from 'socket.io-adapter';
import { Decoder, Encoder } from 'socket.io-parser';
import { WebSocketServer } from 'ws';
import { ask, byOutcome, entered, type FailurePoint, FINE, isSynchronous, NO_ANSWER, visit } from './failure-point.js';
import type { Failure } from './failures.js';
import type { Harness, Setting } from './harness.js';

type Fail = Failure['fail'];

/** The mark of a request that makes the code fail. */
const MARK = 'attack=1';

const HANDSHAKES: Readonly<Record<ClientKind['generation']['name'], string>> = {
  eio4: '/socket.io/?EIO=4&transport=polling',
  eio3: '/socket.io/?EIO=3&transport=polling',
  '0.9': '/socket.io/1/?t=1',
};

/** Asks for a handshake as clients of this generation do. */
async function shake(harness: Harness, kind: ClientKind, headers: Record<string, string> = {}): Promise<unknown> {
  const { called } = harness;
  const path = HANDSHAKES[kind.generation.name];
  const answer = fetchAnswer(`${harness.url}${path}&${MARK}`, { headers }).then(wordsOf);
  if (harness.failure.outcome !== 'undecided') return answer;
  await called;
  await harness.othersGoOn();
  return answer;
}

/** The answer to a request without a decision in time. */
const TOO_LATE = 'status 503';
const ADMITTED = 'admitted';
const TURNED_AWAY = 'refused';

function wordsOf({ status, body }: Answer): string {
  if (status === 200) return ADMITTED;
  // The words of 0.9 for a failure.
  if (status === 500 && body === 'handshake error') return TURNED_AWAY;
  return status >= 400 && status <= 403 ? TURNED_AWAY : `status ${status}`;
}

const marked = (req: { url?: string | undefined }) => req.url?.includes(MARK) === true;

const refusedOrNot = byOutcome(TURNED_AWAY, TOO_LATE, ADMITTED);
const FOREIGN = { origin: 'http://elsewhere.example' };

/** Closes what a handshake without a client has opened. */
async function alone(harness: Harness, play: Promise<unknown>): Promise<unknown> {
  const told = await play;
  for (const conn of [...harness.io.engine.clients.values()]) if (marked(conn.request ?? {})) conn.close(true);
  return told;
}

function handshakePoint(
  name: string,
  parts: Partial<FailurePoint> & Pick<FailurePoint, 'setting'>,
  headers = {},
): FailurePoint {
  return {
    name,
    play: (harness, kind) => alone(harness, shake(harness, kind, headers)),
    told: refusedOrNot,
    ...parts,
  };
}

const option = (options: ServerOptions): Setting => ({ options });

/** Asks for a WebSocket as clients of this generation do. @returns how that ended */
async function upgrade(harness: Harness, kind: ClientKind): Promise<unknown> {
  const { name } = kind.generation;
  let path = HANDSHAKES[name].replace('polling', 'websocket');
  if (name === '0.9') {
    const { body } = await fetchAnswer(`${harness.url}${path}&${MARK}`);
    path = `/socket.io/1/websocket/${body.split(':')[0]}?t=1`;
  }
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const asking = request(`${harness.url}${path}&${MARK}`, {
    headers: { ...headers, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  }).end();
  asking.on('error', () => {});
  return new Promise((resolve) => {
    for (const end of ['upgrade', 'response', 'close']) asking.once(end, () => resolve(end));
  });
}

/** In front of a connection, and in what listens to it. */
export const ENGINE_FAILURE_POINTS: readonly FailurePoint[] = [
  handshakePoint('allowRequest', {
    callback: true,
    setting: (fail) =>
      option({
        allowRequest: (req, answer) =>
          marked(req) ? (fail(() => answer(null, true)) as undefined) : answer(null, true),
      }),
  }),
  handshakePoint('a middleware of the engine', {
    callback: true,
    setting: (fail) => ({
      setUp: (io) => void io.engine.use((req, _res, next) => (marked(req) ? fail(next) : next())),
    }),
  }),
  handshakePoint('generateId', {
    setting: (fail) => ({
      setUp(io) {
        const usual = io.engine.generateId;
        io.engine.generateId = (req) => (marked(req) ? (fail() as string) : usual(req));
      },
    }),
  }),
  handshakePoint(
    'allowedOrigins',
    { setting: (fail) => option({ allowedOrigins: (_origin, req) => (marked(req) ? (fail() as boolean) : true) }) },
    FOREIGN,
  ),
  handshakePoint(
    'the function cors',
    {
      callback: true,
      setting: (fail) =>
        option({
          cors: (req, done) =>
            marked(req) ? (fail(() => done(null, { origin: true })) as undefined) : done(null, { origin: true }),
        }),
    },
    FOREIGN,
  ),
  handshakePoint(
    'the function cors.origin',
    {
      callback: true,
      setting: (fail) =>
        option({
          cors: {
            origin: (name, done) =>
              name === FOREIGN.origin ? (fail(() => done(null, true)) as undefined) : done(null, true),
          },
        }),
    },
    FOREIGN,
  ),
  {
    name: 'handleUpgrade of a wsEngine',
    synchronous: true,
    setting: (fail) =>
      option({
        wsEngine: class extends WebSocketServer {
          override handleUpgrade(...args: Parameters<WebSocketServer['handleUpgrade']>) {
            if (marked(args[0])) fail();
            super.handleUpgrade(...args);
          }
        } as never,
      }),
    play: (harness, kind) => alone(harness, upgrade(harness, kind)),
    told: () => 'close',
  },
  ...(['connection', 'initial_headers', 'headers', 'connection_error', 'flush', 'drain'] as const).map(
    (event): FailurePoint => ({
      name: `a listener of the engine's '${event}'`,
      setting: (fail) => ({
        setUp(io) {
          let armed = true;
          io.engine.on(event, () => {
            // One failure each, however often it is told of; those of the watcher do not count.
            if (!armed) return undefined;
            armed = false;
            return fail();
          });
          rearm = () => {
            armed = true;
          };
        },
      }),
      async play(harness, kind) {
        rearm();
        if (event === 'connection_error') await fetchAnswer(`${harness.url}/socket.io/?EIO=4&transport=nonsense`);
        return visit(harness, kind, '/');
      },
      told: () => FINE,
    }),
  ),
  ...(['packet', 'packetCreate', 'data', 'message', 'drain', 'flush', 'close'] as const).map(
    (event): FailurePoint => ({
      name: `a listener of a connection's '${event}'`,
      setting: (fail) => ({
        setUp(io) {
          io.engine.on('connection', (conn: NodeJS.EventEmitter) => {
            conn.once(event, () => fail());
          });
        },
      }),
      play: (harness, kind) => visit(harness, kind, '/'),
      told: () => FINE,
    }),
  ),
  {
    name: 'the callback of a raw message',
    setting: (fail) => ({
      setUp(io) {
        io.on('connection', (socket: Socket) =>
          socket.on('raw', (ack) => {
            const { protocolVersion: generation } = socket.conn;
            socket.conn.send(generation === '0.9' ? '5:::{"name":"raw"}' : '2["raw"]', () => fail() as undefined);
            ack();
          }),
        );
      },
    }),
    async play(harness, kind) {
      const client = await harness.client(kind).connected();
      const { called } = harness;
      client.emit('raw', () => {});
      await called;
      client.close();
      return FINE;
    },
    told: () => FINE,
  },
  ...(['addAll', 'delAll'] as const).map(
    (method): FailurePoint => ({
      name: `${method} of an adapter`,
      setting: (fail) => adapted({ [method]: fail }),
      play: (harness, kind) => visit(harness, kind),
      told: () => FINE,
    }),
  ),
  ...(['addAll', 'del'] as const).map(
    (method): FailurePoint => ({
      name: `${method} of an adapter, for a handler that does not wait`,
      setting: (fail) => roomless(method, fail),
      play: (harness, kind) => ask(harness, kind),
      told: (failure) => (isSynchronous(failure) ? NO_ANSWER : ['done']),
    }),
  ),
  {
    name: 'the constructor of the adapter of a namespace that is created',
    synchronous: true,
    setting: (fail) => ({
      options: { adapter: (hub: { name: string }) => (hub.name === '/dynamic' ? (fail() as never) : new Adapter(hub)) },
      setUp: (io) => void io.of(/^\/dynamic$/),
    }),
    async play(harness, kind) {
      const client = harness.client(kind, '/dynamic');
      const { message } = await client.refused();
      client.close();
      return message;
    },
    told: () => 'Invalid namespace',
  },
  {
    name: 'init of an adapter',
    setting: (fail) => ({ ...adapted({ init: fail }, '/dynamic'), setUp: (io) => void dynamic(io) }),
    play: (harness, kind) => entered(harness, kind, '/dynamic'),
    told: (failure) => (isSynchronous(failure) ? 'refused: Invalid namespace' : FINE),
  },
  {
    name: 'close of an adapter',
    setting: (fail) => ({ ...adapted({ close: fail }, '/dynamic'), setUp: (io) => void dynamic(io) }),
    play: (harness, kind) => visit(harness, kind, '/dynamic'),
    told: () => FINE,
  },
  {
    name: 'offeredTo of the state recovery',
    synchronous: true,
    setting: (fail) => ({
      options: { connectionStateRecovery: { offeredTo: ({ url }) => (marked({ url }) ? (fail() as boolean) : true) } },
      namespaces: { '/': Echoing, '/bad': Echoing },
    }),
    async play(harness, kind) {
      const client = await harness
        .client(kind, '/bad', { query: kind.name === '4.8' ? { attack: '1' } : MARK })
        .connected();
      client.close();
      return FINE;
    },
    told: () => FINE,
    // Older clients are not offered anything.
    reports: (_failure, { generation }) => Number(generation.name === 'eio4'),
  },
  ...(['stringify', 'parse'] as const).map(
    (half): FailurePoint => ({
      name: `${half} of the option json`,
      synchronous: true,
      setting: (fail) => ({
        options: {
          json: {
            stringify(value) {
              const text = JSON.stringify(value);
              if (half === 'stringify' && text.includes('attack')) fail();
              return text;
            },
            parse(text) {
              if (half === 'parse' && text.includes('attack')) fail();
              return JSON.parse(text);
            },
          },
        },
        namespaces: { '/': Echoing, '/bad': Echoing },
      }),
      async play(harness, kind) {
        const client = await harness.client(kind, '/bad').connected();
        client.emit('echo', 'attack', () => {});
        // An unreadable packet ends a connection, but not with 0.9.
        if (half === 'stringify' || kind.name === '0.9') await client.ask('echo', 1);
        else await client.disconnected();
        client.close();
        return FINE;
      },
      told: () => FINE,
      // An unreadable packet is the client's fault.
      reports: () => Number(half === 'stringify'),
    }),
  ),
  ...(['Encoder', 'Decoder'] as const).map(
    (half): FailurePoint => ({
      name: `the ${half} of a parser`,
      synchronous: true,
      setting(fail) {
        class BadEncoder extends Encoder {
          override encode(packet: Parameters<Encoder['encode']>[0]) {
            if (half === 'Encoder' && JSON.stringify(packet.data ?? '').includes('attack')) fail();
            return super.encode(packet);
          }
        }
        class BadDecoder extends Decoder {
          override add(part: unknown) {
            if (half === 'Decoder' && String(part).includes('attack')) fail();
            super.add(part);
          }
        }
        return {
          options: { parser: { Encoder: BadEncoder, Decoder: BadDecoder } as never },
          namespaces: { '/': Echoing, '/bad': Echoing },
        };
      },
      async play(harness, kind) {
        const client = await harness.client(kind, '/bad').connected();
        client.emit('echo', 'attack', () => {});
        if (half === 'Encoder' || kind.name === '0.9') await client.ask('echo', 1);
        else await client.disconnected();
        client.close();
        return FINE;
      },
      told: () => FINE,
      // Clients of 0.9 have a parser of their own; what a decoder throws is the client's fault.
      reports: (_failure, { generation }) => Number(half === 'Encoder' && generation.name !== '0.9'),
    }),
  ),
];

let rearm = () => {};

class Echoing extends Namespace {
  onEcho(value: unknown) {
    return value;
  }
}

function dynamic(io: Parameters<NonNullable<Setting['setUp']>>[0]): void {
  io.of(/^\/dynamic$/).on('connection', (socket: Socket) => socket.on('echo', (value, ack) => ack(value)));
}

/** A server whose adapter fails in one namespace. */
function adapted(broken: Readonly<Record<string, Fail>>, nsp = '/bad'): Setting {
  class Broken extends Adapter {
    constructor(hub: { name: string }) {
      super(hub);
      if (hub.name === nsp) Object.assign(this, broken);
    }
  }
  return {
    options: { adapter: Broken as never, cleanupEmptyChildNamespaces: true },
    setUp(io) {
      io.of('/bad').on('connection', (socket: Socket) => socket.on('echo', (value, ack) => ack(value)));
    },
  };
}

/** A server whose adapter fails with one room. */
function roomless(method: 'addAll' | 'del', fail: Fail): Setting {
  class Broken extends Adapter {
    override addAll(id: string, rooms: Set<string>) {
      return method === 'addAll' && rooms.has('tea') ? (fail() as Promise<void>) : super.addAll(id, rooms);
    }

    override del(id: string, room: string) {
      return method === 'del' ? (fail() as Promise<void>) : super.del(id, room);
    }
  }
  return {
    options: { adapter: Broken as never },
    setUp(io) {
      io.of('/bad').on('connection', (socket: Socket) => {
        socket.on('echo', (value, ack) => ack(value));
        socket.on('attack', (_x, ack) => {
          socket.join('tea');
          socket.leave('tea');
          ack('done');
        });
      });
    },
  };
}
