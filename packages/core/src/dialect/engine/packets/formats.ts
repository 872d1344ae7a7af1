import { lenientRules, type PacketRules } from '../../../codec/packet/packet.js';
import { JsonPackets } from '../dialect.js';
import type { PacketFormat } from './format.js';
import { MsgpackPackets } from './msgpack.js';
import { type Parser, ParserPackets } from './parser.js';

export interface PacketSettings {
  readonly rules: PacketRules;
  /** The application's own parser, instead of JSON and what clients may speak besides. */
  readonly parser: Parser | undefined;
}

/** The formats of one server. */
export interface PacketFormats {
  /** For Socket.IO 3 and 4. */
  readonly newest: PacketFormat;
  /** For Socket.IO 1 and 2, whose clients disagree about the encoding of text, but not about ASCII (protocol §9). */
  readonly older: PacketFormat;
  /** For clients that show by themselves how they speak; none where the application has said how all do. */
  readonly msgpack: PacketFormat | undefined;
}

export function packetFormats({ rules, parser }: PacketSettings): PacketFormats {
  const lenient = { ...lenientRules, ...rules, lenient: true, allowReservedEvents: true };
  if (parser !== undefined) {
    return { newest: new ParserPackets(parser, rules), older: new ParserPackets(parser, lenient), msgpack: undefined };
  }
  return { newest: new JsonPackets(rules), older: new JsonPackets(lenient, true), msgpack: new MsgpackPackets(rules) };
}
