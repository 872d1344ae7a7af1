import { shown } from '../../internal/shown.js';
import { CodecError } from '../codec-error.js';
import { type JsonCodec, toJson } from '../packet/json.js';
import { LEGACY_ADVICE, LEGACY_REASONS, type LegacyPacket, LegacyType } from './legacy.js';

/**
 * Writes a packet of Socket.IO 0.9. This protocol has no binary form: buffers are written as their `toJSON()` says.
 * @param json writes the data in place of JavaScript's own.
 * @throws {CodecError} `unserializable` when the data cannot be encoded, `bad_type` for an unknown type, `bad_ack_id`
 * for an ACK without one
 */
export function encodeLegacyPacket(packet: LegacyPacket, json?: JsonCodec): string {
  const { type, endpoint } = packet;
  if (!(type >= LegacyType.DISCONNECT && type <= LegacyType.NOOP)) {
    throw new CodecError('bad_type', `Unknown packet type ${String(type).slice(0, 20)}`);
  }
  const data = dataOf(packet, json);
  const head = `${type}:${idOf(packet)}:${endpoint}`;
  return data === '' ? head : `${head}:${data}`;
}

function idOf(packet: LegacyPacket): string {
  if (packet.id === undefined) return '';
  return packet.appAck ? `${packet.id}+` : `${packet.id}`;
}

function dataOf(packet: LegacyPacket, json: JsonCodec | undefined): string {
  switch (packet.type) {
    case LegacyType.CONNECT:
    case LegacyType.MESSAGE:
      return textOf(packet.data);
    case LegacyType.JSON:
      return toJson(packet.data, json);
    case LegacyType.EVENT:
      return json === undefined ? eventOf(packet) : customEventOf(packet, json);
    case LegacyType.ACK:
      return ackOf(packet, json);
    case LegacyType.ERROR:
      return errorOf(packet);
    default:
      return '';
  }
}

function textOf(data: unknown): string {
  if (data === undefined) return '';
  if (typeof data === 'string') return data;
  throw new CodecError('unserializable', `A message must be text, not ${shown(data)}: send other values as JSON`);
}

function ackOf(packet: LegacyPacket, json: JsonCodec | undefined): string {
  if (packet.ackId === undefined) throw new CodecError('bad_ack_id', 'An acknowledgement needs the id of a packet');
  return hasArgs(packet.data) ? `${packet.ackId}+${onOneLine(toJson(packet.data, json))}` : `${packet.ackId}`;
}

/** The original client reads the arguments of an acknowledgement up to what its regular expressions take for a line's end. */
function onOneLine(json: string): string {
  return json.replace(/[\u2028\u2029]/g, (separator) => (separator === '\u2028' ? '\\u2028' : '\\u2029'));
}

function eventOf(packet: LegacyPacket): string {
  const name = JSON.stringify(packet.name);
  return hasArgs(packet.data) ? `{"name":${name},"args":${toJson(packet.data)}}` : `{"name":${name}}`;
}

/** Name and arguments are one text, as such a client reads them. */
function customEventOf({ name, data }: LegacyPacket, json: JsonCodec): string {
  return toJson(hasArgs(data) ? { name, args: data } : { name }, json);
}

function hasArgs(data: unknown): boolean {
  return Array.isArray(data) && data.length > 0;
}

/** Only reasons and advice that have a number can be told. */
function errorOf(packet: LegacyPacket): string {
  const reason = numberOf(packet.reason, LEGACY_REASONS);
  const advice = numberOf(packet.advice, LEGACY_ADVICE);
  return advice === '' ? reason : `${reason}+${advice}`;
}

function numberOf(meaning: string, meanings: readonly string[]): string {
  const number = meanings.indexOf(meaning);
  return number === -1 ? '' : String(number);
}
