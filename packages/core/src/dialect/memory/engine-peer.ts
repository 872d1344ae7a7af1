import { attachBinary } from '../../codec/binary.js';
import type { JsonCodec } from '../../codec/custom-json.js';
import { addTypeByte, removeTypeByte } from '../../codec/engine3.js';
import { makePacket, type Packet, PacketType } from '../../codec/packet.js';
import { decodePacket } from '../../codec/packet-decoder.js';
import { encodePacket } from '../../codec/packet-encoder.js';
import { lenientRules, type PacketRules, strictRules } from '../../codec/packet-rules.js';
import type { Frame } from '../../transport/transport.js';
import { Control } from '../engine/control.js';
import { type MemoryListener, type MemoryPeer, type SendFrame, withQuery } from './peer.js';

const MESSAGE = 0x34;

/** Clients of Engine.IO, which differ in where they identify themselves, who sends heartbeats, and how bytes are framed. */
abstract class EnginePeer implements MemoryPeer {
  alive = true;
  protected readonly frame: SendFrame;
  readonly #listener: MemoryListener;
  readonly #rules: PacketRules;
  #partial: { readonly packet: Packet; readonly buffers: Buffer[] } | undefined = undefined;

  constructor(frame: SendFrame, listener: MemoryListener, rules: PacketRules) {
    this.frame = frame;
    this.#listener = listener;
    this.#rules = rules;
  }

  abstract join(nsp: string, auth: Readonly<Record<string, unknown>>): void;
  protected abstract bytesIn(frame: Buffer): Buffer;
  protected abstract bytesOut(data: Buffer): Buffer;
  protected onControl(_type: number): void {}
  close(): void {}

  onFrame(frame: Frame): void {
    if (typeof frame !== 'string') return this.#attach(this.bytesIn(frame));
    const type = frame.charCodeAt(0);
    if (type !== MESSAGE) return this.onControl(type);
    const packet = decodePacket(frame.slice(1), this.#rules);
    if (packet.attachments) this.#partial = { packet, buffers: [] };
    else this.#listener.onPacket(packet);
  }

  #attach(data: Buffer): void {
    if (this.#partial === undefined) return;
    const { packet, buffers } = this.#partial;
    if (buffers.push(data) < (packet.attachments ?? 0)) return;
    this.#partial = undefined;
    this.#listener.onPacket(attachBinary(packet, buffers));
  }

  send(packet: Packet): void {
    const encoded = encodePacket(packet, { json: this.#rules.json });
    if (typeof encoded === 'string') return this.frame(`4${encoded}`);
    this.frame(`4${encoded.text}`);
    for (const data of encoded.attachments) this.frame(this.bytesOut(data));
  }
}

/** Clients 3.x and 4.x. */
export class Engine4Peer extends EnginePeer {
  constructor(frame: SendFrame, listener: MemoryListener, json: JsonCodec | undefined) {
    super(frame, listener, { ...strictRules, json });
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
  constructor(frame: SendFrame, listener: MemoryListener, json: JsonCodec | undefined, pingInterval: number) {
    super(frame, listener, { ...lenientRules, json });
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
