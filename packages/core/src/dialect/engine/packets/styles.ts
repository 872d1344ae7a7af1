import { lenientRules, type PacketRules } from '../../../codec/packet-rules.js';
import { JsonPackets } from './json.js';
import { MsgpackPackets } from './msgpack.js';
import { type Parser, ParserPackets } from './parser.js';
import type { PacketStyle } from './style.js';

export interface PacketSettings {
  readonly rules: PacketRules;
  /** The application's own parser, instead of JSON and what clients may speak besides. */
  readonly parser: Parser | undefined;
}

/** The styles of one server. */
export interface PacketStyles {
  /** For Socket.IO 3 and 4. */
  readonly newest: PacketStyle;
  /** For Socket.IO 1 and 2, whose clients disagree about the encoding of text, but not about ASCII (protocol §9). */
  readonly older: PacketStyle;
  /** For clients that show by themselves how they speak; none where the application has said how all do. */
  readonly msgpack: PacketStyle | undefined;
}

export function packetStyles({ rules, parser }: PacketSettings): PacketStyles {
  const lenient = { ...lenientRules, ...rules, lenient: true, allowReservedEvents: true };
  if (parser !== undefined) {
    return { newest: new ParserPackets(parser, rules), older: new ParserPackets(parser, lenient), msgpack: undefined };
  }
  return { newest: new JsonPackets(rules), older: new JsonPackets(lenient, true), msgpack: new MsgpackPackets(rules) };
}
