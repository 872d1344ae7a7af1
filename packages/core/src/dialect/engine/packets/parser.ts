import { bytesOf } from '../../../codec/bytes.js';
import { CodecError } from '../../../codec/codec-error.js';
import {
  checkData,
  checkNamespace,
  makePacket,
  type Packet,
  type PacketRules,
  plainType,
} from '../../../codec/packet/packet.js';
import { OptionError } from '../../../internal/option-error.js';
import { shown } from '../../../internal/shown.js';
import { EncodedFrames, type Frame, type OutboundPacket } from '../../../transport/frame.js';
import type { Connection } from '../../../virtual-socket/dialect.js';
import { MESSAGE, type PacketFormat, type PacketTaker } from './format.js';

/** A packet as parsers see it. */
export interface ParserPacket {
  /** 0 CONNECT, 1 DISCONNECT, 2 EVENT, 3 ACK, 4 CONNECT_ERROR; 5 and 6 are taken for 2 and 3. */
  type: number;
  /** The namespace, `/` for the main one. */
  nsp: string;
  /** The data: `[name, ...args]` for an event, `[...args]` for an acknowledgement. */
  data?: unknown;
  /** The id of the acknowledgement that the packet asks for or gives. */
  id?: number;
}

/** Reads the packets of one connection. */
export interface PacketDecoder {
  /** Takes a message. It emits packets with the event `decoded`, and throws when there can be none. */
  add(message: string | Buffer): void;
  /** Adds the listener of `decoded`, which gets each packet that has been read. No other event is listened for. */
  on(event: 'decoded', listener: (packet: ParserPacket) => void): unknown;
  /** The connection is over. */
  destroy?(): void;
}

/**
 * Another way to write packets, in the form that socket.io and its client know: two classes, such as those of
 * `socket.io-msgpack-parser`.
 */
export interface Parser {
  /** `encode` gives the messages for a packet, texts and buffers, in a list. */
  readonly Encoder: new () => { encode(packet: ParserPacket): unknown };
  /** One for each connection. */
  readonly Decoder: new () => PacketDecoder;
}

/** A parser of the application's choice. Its packets are held to the same rules as our own. */
export class ParserPackets implements PacketFormat {
  readonly #decoders = new WeakMap<Connection, PacketDecoder>();
  readonly #Decoder: Parser['Decoder'];
  readonly #encoder: InstanceType<Parser['Encoder']>;
  readonly #rules: PacketRules;

  constructor({ Encoder, Decoder }: Parser, rules: PacketRules) {
    this.#Decoder = Decoder;
    this.#encoder = new Encoder();
    this.#rules = rules;
  }

  text(conn: Connection, text: string, taker: PacketTaker): undefined {
    this.#decoderOf(conn, taker).add(text);
  }

  bytes(conn: Connection, data: Buffer, taker: PacketTaker): undefined {
    this.#decoderOf(conn, taker).add(data);
  }

  #decoderOf(conn: Connection, taker: PacketTaker): PacketDecoder {
    let decoder = this.#decoders.get(conn);
    if (decoder === undefined) {
      decoder = this.decoder((packet) => taker.deliver(conn, packet));
      this.#decoders.set(conn, decoder);
    }
    return decoder;
  }

  /** A decoder for the packets of one connection, which are held to the rules. */
  decoder(deliver: (packet: Packet) => void, rules: PacketRules = this.#rules): PacketDecoder {
    const decoder = new this.#Decoder();
    decoder.on('decoded', (packet) => deliver(checked(packet, rules)));
    return decoder;
  }

  closed(conn: Connection): void {
    this.#decoders.get(conn)?.destroy?.();
    this.#decoders.delete(conn);
  }

  send(conn: Connection, packet: Packet, compress: boolean): void {
    for (const frame of framesOf(this.encoded(packet))) conn.sendFrame(frame, compress);
  }

  encode(outgoing: OutboundPacket): EncodedFrames {
    outgoing.parsed ??= this.encoded(outgoing.packet);
    return new EncodedFrames(framesOf(outgoing.parsed));
  }

  /** The packet as the parser writes it. @throws CodecError for what is neither text nor bytes. */
  encoded({ type, nsp, data, id }: Packet): (string | Buffer)[] {
    const packet: ParserPacket = { type: plainType(type), nsp };
    if (data !== undefined) packet.data = data;
    if (id !== undefined && id !== null) packet.id = id;
    const messages = this.#encoder.encode(packet);
    if (!Array.isArray(messages))
      throw new CodecError(
        'unserializable',
        `encode() of the option parser must return a list of messages, not ${shown(messages)}`,
      );
    return messages.map(messageOf);
  }

  /** Reads the messages of one packet back. @throws CodecError when they are none. */
  readBack(messages: readonly (string | Buffer)[]): Packet {
    let packet: Packet | undefined;
    const keep = (found: Packet) => {
      packet = found;
    };
    const decoder = this.decoder(keep, { ...this.#rules, allowReservedEvents: true });
    for (const message of messages) decoder.add(message);
    decoder.destroy?.();
    if (packet === undefined)
      throw new CodecError('bad_data', 'The option parser cannot read the packet that it wrote');
    return packet;
  }
}

function framesOf(messages: readonly (string | Buffer)[]): Frame[] {
  return messages.map((message) => (typeof message === 'string' ? MESSAGE + message : message));
}

function messageOf(message: unknown): string | Buffer {
  const text = typeof message === 'string' ? message : bytesOf(message);
  if (text !== undefined) return text;
  throw new CodecError(
    'unserializable',
    `A message from encode() of the option parser must be text or bytes, not ${shown(message)}`,
  );
}

/** @throws CodecError for a value that is not a packet. */
function checked(packet: ParserPacket, rules: PacketRules): Packet {
  const { nsp, data, id } = packet;
  const type = plainType(packet.type);
  if (typeof nsp !== 'string') throw new CodecError('bad_namespace', `A namespace must be a string, not ${shown(nsp)}`);
  checkNamespace(nsp, rules);
  checkData(type, data, rules);
  if (id !== undefined && id !== null && !(Number.isSafeInteger(id) && id >= 0)) {
    throw new CodecError('bad_ack_id', `An acknowledgement id must be a whole number of at least 0, not ${shown(id)}`);
  }
  return makePacket(type, nsp, data, id ?? undefined);
}

/** @throws OptionError for a value that is not a parser. */
export function checkedParser(parser: unknown): Parser | undefined {
  if (parser === undefined) return undefined;
  const { Encoder, Decoder } = (parser ?? {}) as Partial<Parser>;
  if (typeof Encoder !== 'function' || typeof Decoder !== 'function') {
    throw new OptionError(
      `option parser must be an object with the classes Encoder and Decoder, not ${shown(parser, 'one without them')}`,
    );
  }
  return parser as Parser;
}
