import { fetchAnswer, type Running, upgradeLines } from '@sio/test-kit';

/** One request of the protocol, as its lines. */
export interface ProtocolRequest {
  readonly name: string;
  /** It belongs to a session that there is already. */
  readonly within: boolean;
  /** Its answer does not end by itself. */
  readonly stream?: boolean;
  lines(server: Running): Promise<string[]>;
}

const get = (path: string) => [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close'];

const post = (path: string, type: string, body: string) => [
  `POST ${path} HTTP/1.1`,
  'Host: localhost',
  'Connection: close',
  `Content-Type: ${type}`,
  `Content-Length: ${Buffer.byteLength(body)}`,
  '',
  body,
];

const TEXT = 'text/plain;charset=UTF-8';
const FORM = 'application/x-www-form-urlencoded';

/** The id of a session that has just been made by the handshake at `path`. */
async function session({ url, io }: Running, path: string): Promise<string> {
  const before = new Set(io.engine.clients.keys());
  await fetchAnswer(`${url}${path}`);
  return [...io.engine.clients.keys()].find((sid) => !before.has(sid))!;
}

function engineRequests(revision: 3 | 4): ProtocolRequest[] {
  const path = `/socket.io/?EIO=${revision}&transport=polling`;
  const packet = revision === 4 ? '42["a"]' : '7:42["a"]';
  const name = `Engine.IO ${revision}`;
  const upgrade = path.replace('polling', 'websocket');
  return [
    { name: `a handshake of ${name}`, within: false, lines: async () => get(path) },
    { name: `a handshake of ${name} over JSONP`, within: false, lines: async () => get(`${path}&j=0`) },
    {
      name: `a poll of ${name}`,
      within: true,
      async lines(server) {
        const sid = await session(server, path);
        server.io.engine.clients.get(sid)!.send('hello');
        return get(`${path}&sid=${sid}`);
      },
    },
    {
      name: `a POST of ${name}`,
      within: true,
      lines: async (server) => post(`${path}&sid=${await session(server, path)}`, TEXT, packet),
    },
    {
      name: `a POST of ${name} over JSONP`,
      within: true,
      lines: async (server) =>
        post(`${path}&j=0&sid=${await session(server, `${path}&j=0`)}`, FORM, `d=${encodeURIComponent(packet)}`),
    },
    { name: `a WebSocket of ${name}`, within: false, stream: true, lines: async () => upgradeLines(upgrade) },
    {
      name: `an upgrade of ${name}`,
      within: true,
      stream: true,
      lines: async (server) => upgradeLines(`${upgrade}&sid=${await session(server, path)}`),
    },
  ];
}

const LEGACY = '/socket.io/1/';

function legacyRequests(transport: string): ProtocolRequest[] {
  const form = transport === 'jsonp-polling';
  const stream = transport === 'htmlfile' || transport === 'xhr-multipart';
  const name = `0.9 over ${transport}`;
  const body = form ? `d=${encodeURIComponent(JSON.stringify('3:::hello'))}` : '3:::hello';
  return [
    {
      name: `${stream ? 'a stream' : 'a poll'} of ${name}`,
      within: true,
      stream,
      lines: async (server) => get(`${LEGACY}${transport}/${await session(server, LEGACY)}`),
    },
    {
      name: `a POST of ${name}`,
      within: true,
      lines: async (server) => post(`${LEGACY}${transport}/${await session(server, LEGACY)}`, form ? FORM : TEXT, body),
    },
  ];
}

/** Every kind of request whose answer is the protocol's. */
export const PROTOCOL_REQUESTS: readonly ProtocolRequest[] = [
  ...engineRequests(4),
  ...engineRequests(3),
  ...['xhr-polling', 'jsonp-polling', 'htmlfile', 'xhr-multipart'].flatMap(legacyRequests),
  {
    name: 'a WebSocket of 0.9',
    within: true,
    stream: true,
    lines: async (server) => upgradeLines(`${LEGACY}websocket/${await session(server, LEGACY)}`),
  },
];

/** All transports that such requests can ask for. */
export const EVERY_TRANSPORT = {
  legacyTransports: ['websocket', 'htmlfile', 'xhr-multipart', 'xhr-polling', 'jsonp-polling'],
} as const;
