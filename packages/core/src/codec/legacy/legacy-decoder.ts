import { shown } from '../../internal/shown.js';
import { CodecError, excerpt } from '../codec-error.js';
import { digitsEnd, ZERO } from '../digits.js';
import { defaultLimits } from '../limits.js';
import { parseJson } from '../packet/json.js';
import { checkNamespace, type PacketRules } from '../packet/packet.js';
import { LEGACY_ADVICE, LEGACY_REASONS, type LegacyPacket, LegacyType, makeLegacyPacket } from './legacy.js';

const COLON = 58;
const PLUS = 43;

/**
 * Reads a packet of Socket.IO 0.9: `<type>:[<id>[+]]:[<endpoint>][:<data>]`. A lone `0` or `2` is taken for
 * `0::` and `2::`.
 *
 * @throws {CodecError} `bad_type` for a type that does not exist (0.9 servers ignored those), others for the rest
 */
export function decodeLegacyPacket(text: string, rules: PacketRules = defaultLimits): LegacyPacket {
  const type = text.charCodeAt(0) - ZERO;
  if (!(type >= LegacyType.DISCONNECT && type <= LegacyType.NOOP)) {
    throw new CodecError('bad_type', `Unknown packet type: ${excerpt(text)}`);
  }
  const packet = makeLegacyPacket(type);
  if (text.length === 1 && (type === LegacyType.DISCONNECT || type === LegacyType.HEARTBEAT)) return packet;
  expectColon(text, 1);
  const idEnd = digitsEnd(text, 2);
  if (idEnd > 2) packet.id = readId(text, 2, idEnd, rules);
  const plus = text.charCodeAt(idEnd) === PLUS;
  packet.appAck = plus && packet.id !== undefined;
  const endpointAt = expectColon(text, plus ? idEnd + 1 : idEnd);
  const colon = text.indexOf(':', endpointAt);
  packet.endpoint = colon === -1 ? text.slice(endpointAt) : text.slice(endpointAt, colon);
  checkNamespace(packet.endpoint, rules);
  readData(packet, colon === -1 ? '' : text.slice(colon + 1), rules);
  return packet;
}

/** Index after the colon at `at`. */
function expectColon(text: string, at: number): number {
  if (text.charCodeAt(at) === COLON) return at + 1;
  throw new CodecError('bad_payload', `Colon expected at index ${at}: ${excerpt(text)}`);
}

function readId(text: string, from: number, end: number, rules: PacketRules): number {
  const max = rules.maxAckIdDigits ?? defaultLimits.maxAckIdDigits;
  if (end - from <= max) return Number(text.slice(from, end));
  throw new CodecError('bad_ack_id', `Packet id of ${end - from} digits, limit ${max}`);
}

function readData(packet: LegacyPacket, data: string, rules: PacketRules): void {
  switch (packet.type) {
    case LegacyType.CONNECT:
      if (data !== '') packet.data = data;
      break;
    case LegacyType.MESSAGE:
      packet.data = data;
      break;
    case LegacyType.JSON:
      packet.data = parseJson(data, rules);
      break;
    case LegacyType.EVENT:
      readEvent(packet, parseJson(data, rules), rules);
      break;
    case LegacyType.ACK:
      readAck(packet, data, rules);
      break;
    case LegacyType.ERROR:
      readError(packet, data);
      break;
  }
}

function readEvent(packet: LegacyPacket, event: unknown, rules: PacketRules): void {
  if (typeof event !== 'object' || event === null)
    throw new CodecError('bad_data', `An event must be a JSON object, not ${shown(event)}`);
  const { name, args = [] } = event as { name?: unknown; args?: unknown };
  if (typeof name !== 'string' || !Object.hasOwn(event, 'name')) {
    throw new CodecError('bad_event_name', `An event's name must be a string, not ${shown(name)}`);
  }
  const max = rules.maxEventNameLength ?? defaultLimits.maxEventNameLength;
  if (name.length > max) {
    throw new CodecError('bad_event_name', `Event name of ${name.length} characters, limit ${max}: ${excerpt(name)}`);
  }
  if (!Array.isArray(args)) throw new CodecError('bad_data', `An event's args must be an array, not ${shown(args)}`);
  packet.name = name;
  packet.data = args;
}

/** Reads `<id>` or `<id>+<JSON array>`. */
function readAck(packet: LegacyPacket, data: string, rules: PacketRules): void {
  const end = digitsEnd(data, 0);
  if (end === 0)
    throw new CodecError('bad_ack_id', `An acknowledgement must begin with a packet's id: ${excerpt(data)}`);
  packet.ackId = readId(data, 0, end, rules);
  const args = data.charCodeAt(end) === PLUS && end + 1 < data.length ? parseJson(data.slice(end + 1), rules) : [];
  if (!Array.isArray(args))
    throw new CodecError('bad_data', `An acknowledgement must carry an array, not ${shown(args)}`);
  packet.data = args;
}

/** Reads `[<reason>][+<advice>]`; numbers without a meaning are left out. */
function readError(packet: LegacyPacket, data: string): void {
  const plus = data.indexOf('+');
  const reason = plus === -1 ? data : data.slice(0, plus);
  const advice = plus === -1 ? '' : data.slice(plus + 1);
  packet.reason = meaningOf(reason, LEGACY_REASONS);
  packet.advice = meaningOf(advice, LEGACY_ADVICE);
}

function meaningOf(digit: string, meanings: readonly string[]): string {
  return digit.length === 1 ? (meanings[digit.charCodeAt(0) - ZERO] ?? '') : '';
}
