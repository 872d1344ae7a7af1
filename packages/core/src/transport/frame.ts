import { type EncodedBinary, makePacket, type Packet, PacketType } from '../codec/packet/packet.js';
import { isMessage, markAsMessage } from '../codec/packet/sent-message.js';
import { keepShape } from '../internal/kept-shapes.js';

/** The unit that a transport carries: a text packet as its protocol version writes it, or the bytes of a binary message. */
export type Frame = string | Buffer;

/** One message on the wire of one protocol version, encoded once for all connections that it goes to. */
export class EncodedFrames {
  readonly frames: readonly Frame[];
  /** The same as whole WebSocket frames, made by the first WebSocket that sends it. */
  framed: readonly (string | Buffer)[] | undefined = undefined;

  constructor(frames: readonly Frame[]) {
    this.frames = frames;
  }
}

/** Writes packets in the form of one protocol version. */
export interface FrameEncoder {
  /** Position of this encoder's form in an {@link OutboundPacket}. */
  readonly slot: number;
  /** Encodes a packet for many connections. @throws CodecError when it cannot be encoded. */
  encode(outbound: OutboundPacket): EncodedFrames;
}

/**
 * A packet on its way to many connections. It is encoded once for each dialect that meets it, and not at all for dialects
 * that no client speaks.
 */
export class OutboundPacket {
  #packet: Packet | undefined;
  readonly #read: (() => Packet) | undefined;
  /** The text that most dialects share, in any script, once it has been made. */
  encoded: string | EncodedBinary | undefined = undefined;
  /** The same as the application's own parser writes it. */
  parsed: (string | Buffer)[] | undefined = undefined;
  /** The last argument is an offset, put there for clients that can come back for their socket. */
  stamped = false;
  #plain: OutboundPacket | undefined = undefined;
  readonly #forms: (EncodedFrames | undefined)[] = [];

  /** @param read decodes a packet that comes encoded, once it is needed. */
  constructor(packet: Packet | undefined, read?: () => Packet) {
    this.#packet = packet;
    this.#read = read;
  }

  get packet(): Packet {
    this.#packet ??= (this.#read as () => Packet)();
    return this.#packet;
  }

  /**
   * The same message with one more argument.
   * @param encoded the text of that, if it is known: the packet is then read only when somebody wants to see it.
   */
  withArgument(value: string, encoded?: string | EncodedBinary): OutboundPacket {
    const read = () => withArgument(this.packet, value);
    const outgoing = encoded === undefined ? new OutboundPacket(read()) : new OutboundPacket(undefined, read);
    outgoing.encoded = encoded;
    return outgoing;
  }

  /** The same with an offset behind its arguments. @param encoded as for {@link withArgument}. */
  stamp(offset: string, encoded?: string | EncodedBinary): OutboundPacket {
    const outgoing = this.withArgument(offset, encoded);
    outgoing.stamped = true;
    outgoing.#plain = this;
    return outgoing;
  }

  /** The same message without the offset, for those who would take it for an argument. */
  get plain(): OutboundPacket {
    if (!this.stamped) return this;
    if (this.#plain !== undefined) return this.#plain;
    const { type, nsp, data } = this.packet;
    this.#plain = new OutboundPacket(makePacket(type, nsp, (data as unknown[]).slice(0, -1)));
    return this.#plain;
  }

  form(encoder: FrameEncoder): EncodedFrames {
    const known = this.#forms[encoder.slot];
    if (known !== undefined) return known;
    const form = encoder.encode(this);
    this.#forms[encoder.slot] = form;
    return form;
  }
}

function withArgument(packet: Packet, value: string): Packet {
  const { type, nsp, data } = packet;
  const extended = makePacket(type, nsp, [...(data as unknown[]), value]);
  if (isMessage(packet)) markAsMessage(extended);
  return extended;
}

keepShape(new OutboundPacket(makePacket(PacketType.EVENT, '/', [])));
keepShape(new EncodedFrames([]));
