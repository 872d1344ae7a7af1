import { once } from 'node:events';
import { request } from 'node:http';
import type { ServerOptions } from '@sio/core';
import { onTestFinished } from 'vitest';
import { type Running, startServer } from '../server.js';
import { fetchAnswer, legacySessionId } from './http.js';
import { RawWebSocket } from './raw-websocket.js';
import { startWebTransport, type WebTransportPeer, type WebTransportServer } from './webtransport.js';

export const PROTOCOL_VERSIONS = ['eio4', 'eio3', '0.9'] as const;
export const TRANSPORTS = ['websocket', 'polling'] as const;
export type ProtocolVersion = (typeof PROTOCOL_VERSIONS)[number];
export type Transport =
  | (typeof TRANSPORTS)[number]
  | 'jsonp'
  | 'webtransport'
  | 'flashsocket'
  | 'htmlfile'
  | 'xhr-multipart';

/** How a client comes. */
export interface ClientProfile {
  readonly generation: ProtocolVersion;
  readonly transport: Transport;
  /** For titles. */
  toString(): string;
}

const profile = (generation: ProtocolVersion, transport: Transport): ClientProfile => ({
  generation,
  transport,
  toString: () => `${generation} over ${transport}`,
});

/** The usual ways. */
export const PROFILES = PROTOCOL_VERSIONS.flatMap((generation) =>
  TRANSPORTS.map((transport) => profile(generation, transport)),
);

/** All the others. */
export const RARE_PROFILES = [
  ...PROTOCOL_VERSIONS.map((generation) => profile(generation, 'jsonp')),
  profile('eio4', 'webtransport'),
  ...(['flashsocket', 'htmlfile', 'xhr-multipart'] as const).map((transport) => profile('0.9', transport)),
];

export const isWebSocket = ({ transport }: ClientProfile) => transport === 'websocket' || transport === 'flashsocket';
/** Long polling: what is sent waits for a request. */
export const isPolling = ({ transport }: ClientProfile) => transport === 'polling' || transport === 'jsonp';
/** Whether clients send by POST. */
export const posts = (profile: ClientProfile) => !isWebSocket(profile) && profile.transport !== 'webtransport';

/** A server that takes clients of this kind. */
export function serverFor({ transport }: ClientProfile, options: ServerOptions): Promise<Running | WebTransportServer> {
  return transport === 'webtransport' ? startWebTransport(options) : startServer(options);
}

/** What 0.9 has in a path. */
const LEGACY_PATHS: Partial<Record<Transport, string>> = { polling: 'xhr-polling', jsonp: 'jsonp-polling' };

/** A client made by hand, which can say what no real one would. */
export class RawClient {
  readonly profile: ClientProfile;
  readonly sid: string;
  readonly url: string;
  readonly ws: RawWebSocket | undefined;
  readonly peer: WebTransportPeer | undefined;

  private constructor(
    profile: ClientProfile,
    url: string,
    sid: string,
    line: { ws?: RawWebSocket; peer?: WebTransportPeer } = {},
  ) {
    this.profile = profile;
    this.url = url;
    this.sid = sid;
    this.ws = line.ws;
    this.peer = line.peer;
  }

  /** Opens a connection, and does not ask to join anything. */
  static async open(server: Running | WebTransportServer, profile: ClientProfile): Promise<RawClient> {
    const { generation, transport } = profile;
    if (generation === '0.9') return RawClient.#openLegacy(server, profile);
    const before = new Set(server.io.engine.clients.keys());
    const fresh = () => [...server.io.engine.clients.keys()].find((sid) => !before.has(sid))!;
    if ('open' in server) {
      const peer = await server.open();
      await peer.next();
      return new RawClient(profile, server.url, fresh(), { peer });
    }
    const base = `${server.url}${handshakePath(profile)}`;
    if (transport === 'websocket') {
      const ws = await RawWebSocket.open(base);
      return new RawClient(profile, base, fresh(), { ws });
    }
    await fetchAnswer(base);
    const sid = fresh();
    return new RawClient(profile, `${base}&sid=${sid}`, sid);
  }

  static async #openLegacy({ url }: { url: string }, profile: ClientProfile): Promise<RawClient> {
    const { transport } = profile;
    const sid = legacySessionId((await fetchAnswer(`${url}/socket.io/1/`)).body);
    const path = `${url}/socket.io/1/${LEGACY_PATHS[transport] ?? transport}/${sid}`;
    if (isWebSocket(profile)) return new RawClient(profile, path, sid, { ws: await RawWebSocket.open(path) });
    if (isPolling(profile)) await fetchAnswer(path);
    else await openStream(path);
    return new RawClient(profile, path, sid);
  }

  /** The same, and asks to join the main namespace where that is needed. */
  static async join(server: Running | WebTransportServer, profile: ClientProfile): Promise<RawClient> {
    const talker = await RawClient.open(server, profile);
    if (profile.generation === 'eio4') await talker.say('40');
    return talker;
  }

  /** Sends packets, all in one POST where there are any. @returns its status. */
  async say(...packets: (string | Buffer)[]): Promise<number> {
    if (posts(this.profile)) return (await this.post(this.#body(packets))).status;
    for (const packet of packets) {
      // The server may have ended the session at the one before.
      if (this.peer !== undefined) await this.peer.say(packet).catch(() => {});
      else this.ws!.send(typeof packet !== 'string' ? this.#framed(packet) : packet);
    }
    return 200;
  }

  /** 1.x and 2.x have the type of a packet in front of its bytes. */
  #framed(bytes: Buffer): Buffer {
    return this.profile.generation === 'eio3' ? Buffer.concat([Buffer.of(4), bytes]) : bytes;
  }

  post(body: string): Promise<{ status: number }> {
    const type = this.profile.transport === 'jsonp' ? 'application/x-www-form-urlencoded' : 'text/plain;charset=UTF-8';
    return fetchAnswer(this.url, { method: 'POST', body, headers: { 'Content-Type': type } });
  }

  /** Bytes of a packet on its way, as its limit counts them: of the message, or of the whole POST. */
  lengthOf(packet: string): number {
    if (posts(this.profile)) return this.#body([packet]).length;
    // Of a frame of WebTransport the type of the packet does not count.
    return this.peer === undefined ? packet.length : packet.length - 1;
  }

  #body(packets: (string | Buffer)[]): string {
    const payload = this.#payload(packets);
    if (this.profile.transport !== 'jsonp') return payload;
    return `d=${encodeURIComponent(this.profile.generation === '0.9' ? JSON.stringify(payload) : payload)}`;
  }

  #payload(packets: (string | Buffer)[]): string {
    const { generation } = this.profile;
    const texts = packets.map((packet) => (typeof packet === 'string' ? packet : this.#base64(packet)));
    if (generation === 'eio4') return texts.join('\x1e');
    if (generation === 'eio3') return texts.map((text) => `${text.length}:${text}`).join('');
    return texts.length === 1 ? texts[0]! : texts.map((text) => `\ufffd${text.length}\ufffd${text}`).join('');
  }

  #base64(bytes: Buffer): string {
    return `${this.profile.generation === 'eio4' ? 'b' : 'b4'}${bytes.toString('base64')}`;
  }

  /** An event as this generation writes it. */
  event(name: string, data: string, { nsp = '', id = '' } = {}): string {
    if (this.profile.generation === '0.9') {
      return `5:${id === '' ? '' : `${id}+`}:${nsp}:{"name":${JSON.stringify(name)},"args":[${data}]}`;
    }
    return `42${nsp === '' ? '' : `${nsp},`}${id}[${JSON.stringify(name)}${data === '' ? '' : `,${data}`}]`;
  }

  /** How a namespace is joined. */
  joining(nsp: string): string {
    return this.profile.generation === '0.9' ? `1::${nsp}` : `40${nsp},`;
  }
}

/** A raw client in the main namespace. */
export function rawClient(server: Running | WebTransportServer, profile: ClientProfile): Promise<RawClient> {
  return RawClient.join(server, profile);
}

/** Where a client knocks. */
export function handshakePath({ generation, transport }: ClientProfile): string {
  if (generation === '0.9') return `/socket.io/1/${transport === 'jsonp' ? '?jsonp=0' : ''}`;
  const query = transport === 'jsonp' ? 'polling&j=0' : transport;
  return `/socket.io/?EIO=${generation === 'eio4' ? 4 : 3}&transport=${query}`;
}

/** A GET whose answer lasts as long as the test and is not read. */
async function openStream(url: string): Promise<void> {
  const stream = request(url, { agent: false }).on('error', () => {});
  onTestFinished(() => void stream.destroy());
  stream.end();
  await once(stream, 'response');
}
