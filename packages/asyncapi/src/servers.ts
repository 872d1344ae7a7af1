import type { ProtocolVersion } from '@sio/core';
import type { ServerObject } from './document.js';

/** Options of `asyncapi()` for servers. */
export interface ServersOptions {
  /** The public URL of the server, such as `https://chat.example`. Default: the document leaves the host open. */
  readonly url?: string;
  /** The server's option `path`. Default: `/socket.io`. */
  readonly path?: string;
  /** The server's option `generations`. Default: `['eio4', 'eio3', '0.9']`. */
  readonly generations?: readonly ProtocolVersion[];
}

const VERSIONS: Readonly<Record<ProtocolVersion, Pick<ServerObject, 'protocolVersion' | 'title' | 'description'>>> = {
  eio4: {
    protocolVersion: '5',
    title: 'Socket.IO 3 and 4',
    description: 'Socket.IO 3 and 4, by Engine.IO 4: `?EIO=4&transport=websocket`, HTTP long-polling or WebTransport.',
  },
  eio3: {
    protocolVersion: '4',
    title: 'Socket.IO 1 and 2',
    description: 'Socket.IO 1 and 2, by Engine.IO 3: `?EIO=3&transport=websocket`, or HTTP long-polling.',
  },
  '0.9': {
    protocolVersion: '1',
    title: 'Socket.IO 0.7 to 0.9',
    description: 'Socket.IO 0.7 to 0.9: the handshake is `GET 1/`; its answer lists the transports.',
  },
};

/** Not every tool accepts the key `0.9`. */
const KEYS: Readonly<Record<ProtocolVersion, string>> = { eio4: 'eio4', eio3: 'eio3', '0.9': 'v0_9' };

const OPEN_HOST = {
  host: '{host}',
  variables: { host: { default: 'localhost', description: 'Host and port of the server.' } },
};

/**
 * A server for each protocol version.
 * @throws TypeError for an invalid URL, and for a protocol version that does not exist.
 */
export function serversOf(options: ServersOptions): Record<string, ServerObject> {
  const { path = '/socket.io', generations = ['eio4', 'eio3', '0.9'] } = options;
  const { protocol, ...place } = placeOf(options.url);
  const servers: Record<string, ServerObject> = {};
  for (const version of generations) {
    if (!Object.hasOwn(VERSIONS, version)) {
      const known = Object.keys(VERSIONS).join(', ');
      throw new TypeError(`generations: the known versions are ${known}, not ${JSON.stringify(version)}`);
    }
    servers[KEYS[version]] = {
      ...place,
      pathname: `${path.replace(/\/+$/, '')}/`,
      protocol,
      ...VERSIONS[version],
      'x-sio': { generation: version },
    };
  }
  return servers;
}

function placeOf(url: string | undefined): { host: string; protocol: 'ws' | 'wss'; variables?: object } {
  if (url === undefined) return { ...OPEN_HOST, protocol: 'wss' };
  if (!URL.canParse(url)) {
    throw new TypeError(`url must be a URL such as "https://chat.example", not ${JSON.stringify(url)}`);
  }
  const { protocol, host } = new URL(url);
  if (!/^(?:http|ws)s?:$/.test(protocol)) {
    throw new TypeError(`url must have the scheme http, https, ws or wss, not ${JSON.stringify(protocol)}`);
  }
  return { host, protocol: protocol === 'http:' || protocol === 'ws:' ? 'ws' : 'wss' };
}
