import { type LegacyPacket, LegacyType, makeLegacyPacket } from '../../codec/legacy/legacy.js';
import { decodeLegacyPacket } from '../../codec/legacy/legacy-decoder.js';
import { encodeLegacyPacket } from '../../codec/legacy/legacy-encoder.js';
import type { JsonCodec } from '../../codec/packet/json.js';
import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import type { Frame } from '../../transport/frame.js';
import { namespaceOf } from '../legacy/incoming.js';
import { FIRST_ID } from '../legacy/outgoing.js';
import { type MemoryListener, type MemoryPeer, type SendFrame, withQuery } from './peer.js';

const HEARTBEAT = '2::';

/** Clients 0.8 and 0.9, which are in the main namespace unasked. */
export class LegacyPeer implements MemoryPeer {
  alive = true;
  readonly #frame: SendFrame;
  readonly #listener: MemoryListener;
  readonly #json: JsonCodec | undefined;
  /** A namespace that was refused; why, the next event says. */
  #refused: string | undefined = undefined;

  constructor(frame: SendFrame, listener: MemoryListener, json: JsonCodec | undefined) {
    this.#frame = frame;
    this.#json = json;
    this.#listener = listener;
  }

  join(nsp: string, auth: Readonly<Record<string, unknown>>): void {
    if (nsp !== '/') this.#write(makeLegacyPacket(LegacyType.CONNECT, withQuery(nsp, auth)));
  }

  close(): void {}

  onFrame(frame: Frame): void {
    if (frame === HEARTBEAT) {
      if (this.alive) this.#frame(HEARTBEAT);
      return;
    }
    const packet = this.#read(decodeLegacyPacket(String(frame), { json: this.#json }));
    if (packet !== undefined) this.#listener.onPacket(packet);
  }

  #read({ type, endpoint, id, name, data, ackId }: LegacyPacket): Packet | undefined {
    const nsp = namespaceOf(endpoint);
    switch (type) {
      case LegacyType.CONNECT:
        return makePacket(PacketType.CONNECT, nsp);
      case LegacyType.DISCONNECT:
        return makePacket(PacketType.DISCONNECT, nsp);
      case LegacyType.ERROR:
        this.#refused = nsp;
        return undefined;
      case LegacyType.MESSAGE:
      case LegacyType.JSON:
        return makePacket(PacketType.EVENT, nsp, ['message', data], id);
      case LegacyType.EVENT:
        if (this.#refused === nsp && name === 'error') return this.#refusal(nsp, data as unknown[]);
        return makePacket(PacketType.EVENT, nsp, [name, ...(data as unknown[])], id);
      case LegacyType.ACK:
        return makePacket(PacketType.ACK, nsp, data, (ackId as number) - FIRST_ID);
      default:
        return undefined;
    }
  }

  #refusal(nsp: string, [, message, data]: readonly unknown[]): Packet {
    this.#refused = undefined;
    return makePacket(PacketType.CONNECT_ERROR, nsp, { message, data });
  }

  send({ type, nsp, data, id }: Packet): void {
    const endpoint = nsp === '/' ? '' : nsp;
    if (type === PacketType.DISCONNECT) return this.#write(makeLegacyPacket(LegacyType.DISCONNECT, endpoint));
    const values = data as unknown[];
    if (type === PacketType.ACK) {
      const ack = makeLegacyPacket(LegacyType.ACK, endpoint, values);
      ack.ackId = id;
      return this.#write(ack);
    }
    const event = makeLegacyPacket(LegacyType.EVENT, endpoint, values.slice(1));
    event.name = String(values[0]);
    if (id !== undefined) event.id = id + FIRST_ID;
    event.appAck = id !== undefined;
    this.#write(event);
  }

  #write(packet: LegacyPacket): void {
    this.#frame(encodeLegacyPacket(packet, this.#json));
  }
}
