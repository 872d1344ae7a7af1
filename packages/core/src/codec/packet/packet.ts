import { escapeToAscii } from '../ascii.js';
import { CodecError, excerpt } from '../codec-error.js';
import { digitsEnd, ZERO } from '../digits.js';
import { type CodecLimits, defaultLimits } from '../limits.js';
import { extractBinary, type JsonCodec, type JsonRules, parseJson, toJson } from './json.js';

/** Socket.IO packet types as they stand on the wire (protocol versions 3 to 5). */
export const PacketType = Object.freeze({
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  /** Named ERROR up to version 4. */
  CONNECT_ERROR: 4,
  /** Wire form of an EVENT with attachments; decoded packets say EVENT. */
  BINARY_EVENT: 5,
  /** Wire form of an ACK with attachments; decoded packets say ACK. */
  BINARY_ACK: 6,
} as const);
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

/** One Socket.IO packet. */
export interface Packet {
  /** A {@link PacketType}. */
  type: number;
  /** Namespace, `/` for the main one. Versions 3 and 4 carry a query in it when connecting. */
  nsp: string;
  /** `[name, ...args]` of an EVENT, `[...args]` of an ACK, whatever is said on CONNECT and CONNECT_ERROR. */
  data?: unknown;
  /** Acknowledgement id. 0 is one. */
  id?: number | undefined;
  /** Attachments still to come; 0 or absent when the packet is complete. */
  attachments?: number;
}

/** Makes a complete packet. All packets made here have one hidden class, which keeps their readers fast. */
export function makePacket(type: number, nsp: string, data?: unknown, id?: number): Packet {
  return { type, nsp, data, id, attachments: 0 };
}

// ---- rules ----

/** How strictly packets are read. Limits left out have their defaults. */
export interface PacketRules extends Partial<CodecLimits>, JsonRules {
  /**
   * Read by the rules of versions 3 and 4: any value on CONNECT, arrays and null too on CONNECT_ERROR,
   * no reserved event names.
   * @default false
   */
  readonly lenient?: boolean;
  /** Let event names through that mean something to the server itself. @default false */
  readonly allowReservedEvents?: boolean;
}

/** Rules of protocol version 5 with the default limits. */
export const strictRules: PacketRules = Object.freeze({ ...defaultLimits, lenient: false, allowReservedEvents: false });

/** Rules of protocol versions 3 and 4 with the default limits. */
export const lenientRules: PacketRules = Object.freeze({ ...defaultLimits, lenient: true, allowReservedEvents: true });

/** Event names that no peer may send under version 5, and no server may emit. */
export const RESERVED_EVENTS: ReadonlySet<unknown> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/**
 * Checks that a decoded packet's data fits its type.
 * @throws {CodecError} `bad_data`, `bad_event_name` or `bad_type`
 */
export function checkData(type: unknown, data: unknown, rules: PacketRules): void {
  switch (type) {
    case PacketType.EVENT:
      return checkEvent(data, rules);
    case PacketType.ACK:
      return demand(Array.isArray(data), 'an ACK must carry an array', data);
    case PacketType.CONNECT:
      return demand(
        data === undefined || isRecord(data) || rules.lenient === true,
        'a CONNECT must carry an object or nothing',
        data,
      );
    case PacketType.DISCONNECT:
      return demand(data === undefined, 'a DISCONNECT must carry nothing', data);
    case PacketType.CONNECT_ERROR:
      return checkConnectError(data, rules);
    default:
      throw new CodecError('bad_type', `Unknown packet type ${typeof type === 'number' ? type : kindOf(type)}`);
  }
}

function checkEvent(data: unknown, rules: PacketRules): void {
  if (!Array.isArray(data)) return demand(false, 'an EVENT must carry an array', data);
  const name: unknown = data[0];
  if (typeof name === 'string') {
    const max = rules.maxEventNameLength ?? defaultLimits.maxEventNameLength;
    if (name.length > max) {
      throw new CodecError('bad_event_name', `Event name of ${name.length} characters, limit ${max}: ${excerpt(name)}`);
    }
    if (rules.lenient !== true && rules.allowReservedEvents !== true && RESERVED_EVENTS.has(name)) {
      throw new CodecError('bad_event_name', `Reserved event name: ${name}`);
    }
  } else if (!Number.isFinite(name)) {
    throw new CodecError('bad_event_name', `An event's name must be a string or a number, not ${kindOf(name)}`);
  }
}

function checkConnectError(data: unknown, rules: PacketRules): void {
  const fits = typeof data === 'string' || isRecord(data) || (rules.lenient === true && typeof data === 'object');
  demand(fits, 'a CONNECT_ERROR must carry a string or an object', data);
}

function demand(fits: boolean, rule: string, data: unknown): void {
  if (!fits) throw new CodecError('bad_data', `Bad data: ${rule}, not ${kindOf(data)}`);
}

/**
 * Checks the length of a namespace's name, and apart from it that of a query appended to it.
 * @throws {CodecError} `bad_namespace`
 */
export function checkNamespace(nsp: string, rules: PacketRules): void {
  const max = rules.maxNamespaceLength ?? defaultLimits.maxNamespaceLength;
  if (nsp.length <= max) return;
  const query = nsp.indexOf('?');
  const nameLength = query === -1 ? nsp.length : query;
  const maxQuery = rules.maxNamespaceQueryLength ?? defaultLimits.maxNamespaceQueryLength;
  if (nameLength > max || nsp.length - nameLength > maxQuery) {
    const allowed =
      nameLength > max
        ? `Namespace of ${nameLength} characters, limit ${max}`
        : `Query of ${nsp.length - nameLength} characters, limit ${maxQuery}`;
    throw new CodecError('bad_namespace', `${allowed}: ${excerpt(nsp)}`);
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}

// ---- reading ----

const SLASH = 47;
const DASH = 45;
const BRACKET = 91;

/**
 * Reads a Socket.IO packet (protocol versions 3 to 5) from its text, without the Engine.IO type digit:
 * `2["hello",1]`, `51-/admin,3["file",{"_placeholder":true,"num":0}]`.
 *
 * Binary types come out as EVENT and ACK. `attachments` above 0 says how many buffers must follow before
 * `attachBinary()` completes the packet; an announced count of 0 is a complete packet.
 *
 * @throws {CodecError} whenever the text is not a valid packet
 */
export function decodePacket(text: string, rules: PacketRules = strictRules): Packet {
  let type = text.charCodeAt(0) - ZERO;
  // An EVENT on the main namespace without id is nearly all traffic: `2[`.
  if (type === PacketType.EVENT && text.charCodeAt(1) === BRACKET) {
    const data = parseJson(text.slice(1), rules);
    checkEvent(data, rules);
    return makePacket(PacketType.EVENT, '/', data);
  }
  if (!(type >= PacketType.CONNECT && type <= PacketType.BINARY_ACK)) {
    throw new CodecError('bad_type', `Unknown packet type: ${excerpt(text)}`);
  }
  let at = 1;
  let attachments = 0;
  if (type >= PacketType.BINARY_EVENT) {
    at = digitsEnd(text, 1);
    attachments = attachmentCount(text, at, rules);
    at += 1;
    type -= PacketType.BINARY_EVENT - PacketType.EVENT;
  }
  let nsp = '/';
  if (text.charCodeAt(at) === SLASH) {
    const comma = text.indexOf(',', at);
    nsp = comma === -1 ? text.slice(at) : text.slice(at, comma);
    at = comma === -1 ? text.length : comma + 1;
    checkNamespace(nsp, rules);
  }
  let id: number | undefined;
  const idEnd = digitsEnd(text, at);
  if (idEnd > at) {
    id = ackId(text, at, idEnd, rules);
    at = idEnd;
  }
  const data = at < text.length ? parseJson(text.slice(at), rules) : undefined;
  checkData(type, data, rules);
  const packet = makePacket(type, nsp, data, id);
  packet.attachments = attachments;
  return packet;
}

function attachmentCount(text: string, end: number, rules: PacketRules): number {
  if (end === 1 || text.charCodeAt(end) !== DASH) {
    throw new CodecError('bad_attachments', `Invalid attachment count: ${excerpt(text)}`);
  }
  const max = rules.maxAttachments ?? defaultLimits.maxAttachments;
  // A run of digits too long for a number becomes Infinity, which exceeds any limit as it should.
  const count = Number(text.slice(1, end));
  if (count > max) {
    throw new CodecError('too_many_attachments', `More than ${max} attachments: ${excerpt(text)}`);
  }
  return count;
}

function ackId(text: string, start: number, end: number, rules: PacketRules): number {
  const max = rules.maxAckIdDigits ?? defaultLimits.maxAckIdDigits;
  if (end - start > max) {
    throw new CodecError('bad_ack_id', `Acknowledgement id of ${end - start} digits at index ${start}, limit ${max}`);
  }
  return Number(text.slice(start, end));
}

// ---- writing ----

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
 * Writes a Socket.IO packet (protocol versions 3 to 5) without the Engine.IO type digit. An EVENT or ACK whose
 * data holds binary values becomes a BINARY_EVENT or BINARY_ACK; so the type of a packet never says it is binary.
 *
 * @throws {CodecError} `unserializable` when the data has no JSON form, `bad_type` for an unknown type
 */
export function encodePacket(packet: Packet, options?: EncodeOptions): string | EncodedBinary {
  const { type, nsp, id } = packet;
  if (type === PacketType.EVENT && id === undefined && nsp === '/') {
    const { value, attachments } = extractBinary(packet.data);
    let json = toJson(value, options?.json);
    if (options?.ascii === true) json = escapeToAscii(json);
    return attachments === undefined ? `2${json}` : { text: `5${attachments.length}-${json}`, attachments };
  }
  return encodeAny(packet, options);
}

/**
 * Adds an argument to an event that {@link encodePacket} has written with JavaScript's own JSON, without reading it.
 * @returns undefined for a text that does not end with arguments
 */
export function appendArgument(encoded: string | EncodedBinary, argument: string): string | EncodedBinary | undefined {
  const text = typeof encoded === 'string' ? encoded : encoded.text;
  if (!text.endsWith(']') || text.endsWith('[]')) return undefined;
  const extended = `${text.slice(0, -1)},${JSON.stringify(argument)}]`;
  return typeof encoded === 'string' ? extended : { text: extended, attachments: encoded.attachments };
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
