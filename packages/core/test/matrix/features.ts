import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Namespace, type ServerOptions, type Socket } from '@sio/core';
import { type Client, type ConnectOptions, collect, connect, startServer, until, type Version } from '@sio/test-kit';
import { expect, onTestFinished } from 'vitest';

/** One text from each corner of Unicode, and what wire formats have stumbled over. */
export const TEXTS = [
  'plain',
  'žluťoučký kůň',
  // Looks like UTF-8 read as Latin-1, which is how clients 1.x write: told apart by what came before.
  'Å½Ã©',
  'Привет, мир',
  '漢字かな',
  'שלום عالم',
  '\u2028 \u2029 \ufeff \ufffd',
  '😀 🏴‍☠️ 👩‍👩‍👧',
  '𠀀 \u{10fffd}',
  '"\\/\b\f\n\r\t\u0000',
];

const BYTES = Buffer.from([0, 1, 0x1e, 0x7f, 0x80, 0xfd, 0xff]);
/** The oldest client is a browser's, and would send all of the memory that a small buffer is a part of. */
const SENT = Uint8Array.from(BYTES).buffer;
const MANY = 500;

/** The class that every client talks to: written for clients of today. */
class Matrix extends Namespace {
  onEcho(...values: unknown[]) {
    this.emit('echoed', ...values);
    return values[0];
  }

  onCount(n: number, total: number) {
    (this.data as { seen?: number[] }).seen ??= [];
    const { seen } = this.data as { seen: number[] };
    seen.push(n);
    if (seen.length === total) this.emit('counted', seen);
  }

  onFlood(total: number) {
    for (let n = 0; n < total; n++) this.emit('drop', n);
  }

  async onQuestion() {
    this.emit('answered', await this.emitWithAck('ask', 'how many?'));
  }
}

/** The transports that clients of 0.9 may be offered. */
export const ALL_TRANSPORTS: ServerOptions = {
  flashPolicy: true,
  legacyTransports: ['websocket', 'flashsocket', 'htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'],
};

/** Where and how a client connects. */
export interface Cell {
  readonly version: string;
  readonly transports: string[];
  /** Further options. */
  readonly options?: ConnectOptions;
  /** It lives in a browser's page. */
  readonly inPage?: boolean;
  /** Messages are handled by threads, beside each other. */
  readonly threads?: boolean;
}

/** Makes a client in Node, or wherever it lives. */
export type Connect = (version: string, url: string, options: ConnectOptions) => Client;

export interface Play {
  readonly cell: Cell;
  readonly client: Client;
  readonly socket: Socket;
  /** The sockets that arrive after the first. */
  readonly later: () => Promise<Socket>;
  readonly transports: readonly string[];
}

/** Some clients take their time to close what has been closed, and browsers keep connections for later. */
function hangUpAfterTest(http: Server): void {
  const connections = new Set<Duplex>();
  let over = false;
  http.on('connection', (connection) => {
    if (over) connection.destroy();
    else connections.add(connection);
  });
  onTestFinished(() => {
    over = true;
    for (const connection of connections) connection.destroy();
  });
}

async function play(cell: Cell, options: ServerOptions, more: ConnectOptions, connectIt: Connect): Promise<Play> {
  const { version, transports } = cell;
  const { io, http, url } = await startServer({
    namespaces: { '/': Matrix, '/room': Matrix },
    ...ALL_TRANSPORTS,
    ...options,
  });
  hangUpAfterTest(http);
  const next = () => new Promise<Socket>((resolve) => void io.of('/room').once('connection', resolve));
  const arrival = next();
  const client = connectIt(version, `${url}/room`, { transports, ...cell.options, ...more });
  const [socket] = await Promise.all([arrival, client.next('connect')]);
  if (transports.length > 1 && !version.startsWith('0.') && !socket.conn.upgraded) await once(socket.conn, 'upgrade');
  return { cell, client, socket, later: next, transports };
}

export interface Feature {
  readonly name: string;
  readonly options?: ServerOptions;
  readonly more?: ConnectOptions;
  /** Why a client cannot do it. */
  readonly cannot?: (cell: Cell) => string | undefined;
  readonly test: (play: Play) => Promise<void>;
}

function noBinary({ version, inPage }: Cell): string | undefined {
  if (version.startsWith('0.')) return 'its protocol has no form for bytes';
  // 1.0.6 is a browser's bundle, which knows none of Node's ways; 1.1.0 reads an ArrayBuffer as if it were a Buffer, and sends zeros.
  return /^1\.[01]\./.test(version) && inPage !== true ? 'its package has no bytes outside browsers' : undefined;
}

function noGoodbye({ version, options }: Cell): string | undefined {
  if (options?.forceJSONP !== true || !/^1\.[01]\./.test(version)) return undefined;
  return 'its JSONP transport closes in an endless recursion once it has sent something';
}

function noReturn({ version, transports, inPage }: Cell): string | undefined {
  if (version.startsWith('python') && transports.join() === 'polling')
    return 'it takes the answer to a last poll for a goodbye';
  if (inPage !== true || transports[0] !== 'jsonp-polling') return undefined;
  return 'the last form of its old transport may cut off the first of the new one';
}

export const features: readonly Feature[] = [
  {
    name: 'connects to a namespace of its own',
    test: async ({ socket, transports }) => {
      expect(socket.nsp.name).toBe('/room');
      expect(socket.conn.transport.name).toBe(transports.at(-1));
    },
  },
  {
    name: 'says and hears text from every plane of Unicode',
    test: async ({ client }) => {
      for (const text of TEXTS) {
        const heard = client.next('echoed');
        client.emit('echo', text, { [text]: [text] });
        expect(await heard).toEqual([text, { [text]: [text] }]);
      }
    },
  },
  {
    name: 'gets acknowledgements, and gives them',
    test: async ({ client }) => {
      expect(await client.ask('echo', TEXTS)).toEqual([TEXTS]);
      client.on('ask', (question: string, answer: (value: unknown) => void) => answer({ question, count: 42 }));
      const answered = client.next('answered');
      client.emit('question');
      expect(await answered).toEqual([{ question: 'how many?', count: 42 }]);
    },
  },
  {
    name: 'sends and gets binary data, in events and acknowledgements',
    cannot: noBinary,
    test: async ({ client }) => {
      const heard = client.next('echoed');
      const [answer] = await client.ask('echo', SENT, { deep: [SENT] });
      expect(Buffer.from(answer)).toEqual(BYTES);
      const [bytes, { deep }] = await heard;
      expect(Buffer.from(bytes)).toEqual(BYTES);
      expect(Buffer.from(deep[0])).toEqual(BYTES);
    },
  },
  {
    name: 'sends and gets bytes in the form that the option legacyBinary says',
    cannot: ({ version }) => (version.startsWith('0.') ? undefined : 'its protocol has a form for bytes'),
    test: async ({ client, socket }) => {
      const form = { _base64: BYTES.toString('base64') };
      expect(await client.ask('echo', form, [form])).toEqual([form]);
      const heard = client.next('echoed');
      const [[received]] = await Promise.all([once(socket, 'bytes'), client.emit('bytes', form)]);
      expect(received).toEqual(BYTES);
      socket.emit('echoed', BYTES, { deep: [BYTES] });
      expect(await heard).toEqual([form, { deep: [form] }]);
    },
  },
  {
    name: `sends ${MANY} messages that arrive in order`,
    test: async ({ client }) => {
      const counted = client.next('counted');
      for (let n = 0; n < MANY; n++) client.emit('count', n, MANY);
      expect(await counted).toEqual([Array.from({ length: MANY }, (_, n) => n)]);
    },
  },
  {
    name: `gets ${MANY} messages in order`,
    cannot: ({ threads }) => (threads === true ? 'it handles each message in a thread of its own' : undefined),
    test: async ({ client }) => {
      const drops = collect(client, 'drop');
      const last = until(() => drops.length === MANY, client.raw, 'drop');
      client.emit('flood', MANY);
      await last;
      expect(drops).toEqual(Array.from({ length: MANY }, (_, n) => [n]));
    },
  },
  {
    name: 'outlives heartbeats',
    options: { pingInterval: 60, pingTimeout: 5000, legacyPollingDuration: 60 },
    test: async ({ client, socket }) => {
      if (socket.conn.protocolVersion === '0.9' && !socket.conn.transport.streaming) {
        // Over long-polling 0.9 has none: it is the polls that end.
        expect(await client.ask('echo', 'before')).toEqual(['before']);
      } else for (let beats = 0; beats < 2; beats++) await once(socket.conn, 'heartbeat');
      expect(await client.ask('echo', 'alive')).toEqual(['alive']);
    },
  },
  {
    name: 'leaves',
    cannot: noGoodbye,
    // A page's client of 0.9 that is just posting a form leaves without a goodbye, and is missed after a while.
    options: { legacyPollingDuration: 500, legacyCloseTimeout: 1000 },
    test: async ({ client, socket }) => {
      const left = once(socket, 'disconnect');
      client.disconnect();
      const [reason] = await left;
      const noticed = socket.conn.transport.name === 'jsonp-polling' ? ['ping timeout'] : [];
      expect(['client namespace disconnect', 'transport close', 'transport error', ...noticed]).toContain(reason);
    },
  },
  {
    name: 'is disconnected',
    cannot: noGoodbye,
    test: async ({ cell, client, socket }) => {
      const gone = client.next('disconnect');
      socket.disconnect(true);
      const [reason] = await gone;
      // Some clients tell none, and one thread may be faster than another.
      const reasons =
        cell.threads === true ? /^(?:io server disconnect|transport error)$/ : /^(?:io server disconnect|booted)$/;
      expect(reason ?? 'io server disconnect').toMatch(reasons);
    },
  },
  {
    name: 'comes back when the connection is lost',
    cannot: noReturn,
    more: { reconnection: true, reconnectionDelay: 10, 'reconnection delay': 10 },
    test: async ({ client, socket, later }) => {
      // A blocking client that loses its connection before its own connect() has returned tries for ever to come back.
      expect(await client.ask('echo', 'before')).toEqual(['before']);
      const back = Promise.all([later(), client.next('connect')]);
      const { conn } = socket;
      conn.transport.abort();
      // A 0.9 client whose poll breaks off may poll again and still be the same.
      const same = conn.protocolVersion === '0.9' && !conn.transport.streaming && client.ask('echo', 'again');
      const other = back.then(([{ id }]) => {
        expect(id).not.toBe(socket.id);
        return client.ask('echo', 'again');
      });
      expect(await (same ? Promise.race([same, other]) : other)).toEqual(['again']);
    },
  },
];

/** Plays one feature in one cell. @param server what all features have in common. */
export async function playFeature(
  cell: Cell,
  { options = {}, more = {}, test }: Feature,
  connectIt: Connect = (version, url, more) => connect(version as Version, url, more),
  server: ServerOptions = {},
): Promise<void> {
  await test(await play(cell, { ...server, ...options }, more, connectIt));
}
