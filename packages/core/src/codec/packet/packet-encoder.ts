import { escapeToAscii } from '../ascii.js';
import { CodecError } from '../codec-error.js';
import type { JsonCodec } from './custom-json.js';
import { extractBinary } from './extract-binary.js';
import { toJson } from './json.js';
import { type Packet, PacketType } from './packet.js';

/** How packets are written. */
export interface EncodeOptions {
  /**
   * Escape everything above U+007E in the data, for clients whose text encoding cannot be relied on.
   * @default false
   */
  readonly ascii?: boolean;
  /** Writes the data in place of JavaScript's own. */
  readonly json?: JsonCodec | undefined;
}

/** A packet whose binary parts travel beside it, in this order, right after the text. */
export interface EncodedBinary {
  readonly text: string;
  readonly attachments: Buffer[];
}

/**
 * Writes a Socket.IO packet (protocol revisions 3 to 5) without the Engine.IO type digit. An EVENT or ACK whose
 * data holds binary values becomes a BINARY_EVENT or BINARY_ACK; so the type of a packet never says it is binary.
 *
 * @throws {CodecError} `unserializable` when the data has no JSON form, `bad_type` for an unknown type
 */
export function encodePacket(packet: Packet, options?: EncodeOptions): string | EncodedBinary {
  const { type, nsp, id } = packet;
  if (type === PacketType.EVENT && id === undefined && nsp === '/') {
    const { value, attachments } = extractBinary(packet.data);
    const json = write(value, options);
    return attachments === undefined ? `2${json}` : { text: `5${attachments.length}-${json}`, attachments };
  }
  return encodeAny(packet, options);
}

function encodeAny(packet: Packet, options: EncodeOptions | undefined): string | EncodedBinary {
  const type = plainType(packet.type);
  const carriesBinary = type === PacketType.EVENT || type === PacketType.ACK;
  // The other types have no binary form: there a buffer is written as its own toJSON() says.
  if (!carriesBinary) return `${type}${address(packet)}${dataOf(packet.data, options)}`;
  const { value, attachments } = extractBinary(packet.data);
  const rest = address(packet) + dataOf(value, options);
  if (attachments === undefined) return `${type}${rest}`;
  return { text: `${type + BINARY_OFFSET}${attachments.length}-${rest}`, attachments };
}

const BINARY_OFFSET = PacketType.BINARY_EVENT - PacketType.EVENT;

/** The type without its binary variant. @throws {CodecError} `bad_type` */
export function plainType(type: number): number {
  if (type === PacketType.BINARY_EVENT || type === PacketType.BINARY_ACK) return type - BINARY_OFFSET;
  if (Number.isInteger(type) && type >= PacketType.CONNECT && type <= PacketType.CONNECT_ERROR) return type;
  throw new CodecError('bad_type', `Unknown packet type ${String(type).slice(0, 20)}`);
}

function address(packet: Packet): string {
  const { nsp, id } = packet;
  const prefix = nsp === '/' ? '' : `${nsp},`;
  // Packets from elsewhere in a cluster may carry null here.
  return id === undefined || id === null ? prefix : prefix + id;
}

function dataOf(data: unknown, options: EncodeOptions | undefined): string {
  return data === undefined || data === null ? '' : write(data, options);
}

function write(value: unknown, options: EncodeOptions | undefined): string {
  const json = toJson(value, options?.json);
  return options?.ascii === true ? escapeToAscii(json) : json;
}
