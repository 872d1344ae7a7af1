import { fetchAnswer } from '@sio/conformance/clients/http';
import { RawWebSocket } from '@sio/conformance/clients/raw-websocket';
import type { Running } from '../dialect/support/server.js';

export const GENERATIONS = ['eio4', 'eio3', '0.9'] as const;
export const TRANSPORTS = ['websocket', 'polling'] as const;
export type Generation = (typeof GENERATIONS)[number];
export type Transport = (typeof TRANSPORTS)[number];

/** Every way in which a client may come. */
export const WAYS = GENERATIONS.flatMap((generation) =>
  TRANSPORTS.map((transport) => ({ generation, transport, toString: () => `${generation} over ${transport}` })),
);
export type Way = (typeof WAYS)[number];

/** A client made by hand, which can say what no real one would. */
export class RawTalker {
  readonly way: Way;
  readonly sid: string;
  readonly #url: string;
  readonly ws: RawWebSocket | undefined;

  private constructor(way: Way, url: string, sid: string, ws: RawWebSocket | undefined) {
    this.way = way;
    this.#url = url;
    this.sid = sid;
    this.ws = ws;
  }

  /** Opens a connection, and does not ask to join anything. */
  static async open(server: Running, way: Way): Promise<RawTalker> {
    const { generation, transport } = way;
    const before = new Set(server.io.engine.clients.keys());
    const fresh = () => [...server.io.engine.clients.keys()].find((sid) => !before.has(sid))!;
    if (generation === '0.9') {
      const sid = (await fetchAnswer(`${server.url}/socket.io/1/`)).body.split(':')[0]!;
      const path = `${server.url}/socket.io/1/${transport === 'websocket' ? 'websocket' : 'xhr-polling'}/${sid}`;
      if (transport === 'websocket') return new RawTalker(way, path, sid, await RawWebSocket.open(path));
      await fetchAnswer(path);
      return new RawTalker(way, path, sid, undefined);
    }
    const base = `${server.url}/socket.io/?EIO=${generation === 'eio4' ? 4 : 3}&transport=${transport}`;
    if (transport === 'websocket') {
      const ws = await RawWebSocket.open(base);
      return new RawTalker(way, base, fresh(), ws);
    }
    await fetchAnswer(base);
    const sid = fresh();
    return new RawTalker(way, `${base}&sid=${sid}`, sid, undefined);
  }

  /** The same, and asks to join the main namespace where that is needed. */
  static async join(server: Running, way: Way): Promise<RawTalker> {
    const talker = await RawTalker.open(server, way);
    if (way.generation === 'eio4') await talker.say('40');
    return talker;
  }

  /** Sends packets, on polling in one POST. @returns the status of that. */
  async say(...packets: (string | Buffer)[]): Promise<number> {
    if (this.ws !== undefined) {
      for (const packet of packets) this.ws.send(typeof packet !== 'string' ? this.#framed(packet) : packet);
      return 200;
    }
    return (await this.post(this.#payload(packets))).status;
  }

  /** 1.x and 2.x have the type of a packet in front of its bytes. */
  #framed(bytes: Buffer): Buffer {
    return this.way.generation === 'eio3' ? Buffer.concat([Buffer.of(4), bytes]) : bytes;
  }

  post(body: string): Promise<{ status: number }> {
    return fetchAnswer(this.#url, { method: 'POST', body, headers: { 'Content-Type': 'text/plain;charset=UTF-8' } });
  }

  /** Bytes of a packet on its way: of the message, or of the whole POST. */
  lengthOf(packet: string): number {
    return this.ws === undefined ? this.#payload([packet]).length : packet.length;
  }

  #payload(packets: (string | Buffer)[]): string {
    const { generation } = this.way;
    const texts = packets.map((packet) => (typeof packet === 'string' ? packet : this.#base64(packet)));
    if (generation === 'eio4') return texts.join('\x1e');
    if (generation === 'eio3') return texts.map((text) => `${text.length}:${text}`).join('');
    return texts.length === 1 ? texts[0]! : texts.map((text) => `\ufffd${text.length}\ufffd${text}`).join('');
  }

  #base64(bytes: Buffer): string {
    return `${this.way.generation === 'eio4' ? 'b' : 'b4'}${bytes.toString('base64')}`;
  }

  /** An event as this generation writes it. */
  event(name: string, data: string, { nsp = '', id = '' } = {}): string {
    if (this.way.generation === '0.9') {
      return `5:${id === '' ? '' : `${id}+`}:${nsp}:{"name":${JSON.stringify(name)},"args":[${data}]}`;
    }
    return `42${nsp === '' ? '' : `${nsp},`}${id}[${JSON.stringify(name)}${data === '' ? '' : `,${data}`}]`;
  }

  /** How a namespace is joined. */
  joining(nsp: string): string {
    return this.way.generation === '0.9' ? `1::${nsp}` : `40${nsp},`;
  }
}
