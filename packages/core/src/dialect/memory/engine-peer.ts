import { addTypeByte, removeTypeByte } from '../../codec/engine/engine3.js';
import {
  lenientRules,
  makePacket,
  type Packet,
  type PacketRules,
  PacketType,
  strictRules,
} from '../../codec/packet/packet.js';
import type { Frame } from '../../transport/frame.js';
import { Control } from '../engine/control.js';
import type { PacketSettings } from '../engine/packets/formats.js';
import { type MemoryListener, type MemoryPeer, type SendFrame, withQuery } from './peer.js';
import { JsonWire, ParserWire, type PeerWire } from './wires.js';

const MESSAGE = 0x34;

/** Clients of Engine.IO, which differ in where they identify themselves, who sends heartbeats, and how bytes are framed. */
abstract class EnginePeer implements MemoryPeer {
  alive = true;
  protected readonly frame: SendFrame;
  readonly #wire: PeerWire;

  constructor(frame: SendFrame, wire: PeerWire) {
    this.frame = frame;
    this.#wire = wire;
  }

  abstract join(nsp: string, auth: Readonly<Record<string, unknown>>): void;
  protected abstract bytesIn(frame: Buffer): Buffer;
  protected abstract bytesOut(data: Buffer): Buffer;
  protected onControl(_type: number): void {}
  close(): void {}

  onFrame(frame: Frame): void {
    if (typeof frame !== 'string') return this.#wire.read(this.bytesIn(frame));
    const type = frame.charCodeAt(0);
    if (type !== MESSAGE) return this.onControl(type);
    this.#wire.read(frame.slice(1));
  }

  send(packet: Packet): void {
    for (const message of this.#wire.write(packet)) {
      this.frame(typeof message === 'string' ? `4${message}` : this.bytesOut(message));
    }
  }
}

/** Writes as the server reads, by rules of its own. */
function wireOf(listener: MemoryListener, own: PacketRules, { rules: { json }, parser }: PacketSettings): PeerWire {
  const rules = { ...own, json };
  const onPacket = (packet: Packet) => listener.onPacket(packet);
  return parser === undefined ? new JsonWire(rules, onPacket) : new ParserWire(parser, rules, onPacket);
}

/** Clients 3.x and 4.x. */
export class Engine4Peer extends EnginePeer {
  constructor(frame: SendFrame, listener: MemoryListener, settings: PacketSettings) {
    super(frame, wireOf(listener, strictRules, settings));
  }

  join(nsp: string, auth: Readonly<Record<string, unknown>>): void {
    this.send(makePacket(PacketType.CONNECT, nsp, auth));
  }

  protected override onControl(type: number): void {
    if (type === Control.PING && this.alive) this.frame('3');
  }

  protected bytesIn(frame: Buffer): Buffer {
    return frame;
  }

  protected bytesOut(data: Buffer): Buffer {
    return data;
  }
}

/** Clients 1.x and 2.x, which are in the main namespace unasked. */
export class Engine3Peer extends EnginePeer {
  readonly #heartbeat: NodeJS.Timeout;

  /** @param pingInterval milliseconds. */
  constructor(frame: SendFrame, listener: MemoryListener, settings: PacketSettings, pingInterval: number) {
    super(frame, wireOf(listener, lenientRules, settings));
    this.#heartbeat = setInterval(() => this.alive && frame('2'), pingInterval);
    this.#heartbeat.unref();
  }

  join(nsp: string, auth: Readonly<Record<string, unknown>>): void {
    if (nsp !== '/') this.send(makePacket(PacketType.CONNECT, withQuery(nsp, auth)));
  }

  override close(): void {
    clearInterval(this.#heartbeat);
  }

  protected bytesIn(frame: Buffer): Buffer {
    return removeTypeByte(frame);
  }

  protected bytesOut(data: Buffer): Buffer {
    return addTypeByte(data);
  }
}
