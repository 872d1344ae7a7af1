import { CodecError, excerpt } from '../codec-error.js';
import { digitsEnd, ZERO } from '../digits.js';
import { defaultLimits } from '../limits.js';
import { parseJson } from './json.js';
import { makePacket, type Packet, PacketType } from './packet.js';
import { checkData, checkNamespace, type PacketRules, strictRules } from './packet-rules.js';

const SLASH = 47;
const DASH = 45;

/**
 * Reads a Socket.IO packet (protocol revisions 3 to 5) from its text, without the Engine.IO type digit:
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
  if (type === PacketType.EVENT && text.charCodeAt(1) === 0x5b) return eventOf(text, rules);
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

function eventOf(text: string, rules: PacketRules): Packet {
  const data = parseJson(text.slice(1), rules);
  checkData(PacketType.EVENT, data, rules);
  return makePacket(PacketType.EVENT, '/', data);
}

function attachmentCount(text: string, end: number, rules: PacketRules): number {
  if (end === 1 || text.charCodeAt(end) !== DASH) {
    throw new CodecError('bad_attachments', `Illegal attachment count: ${excerpt(text)}`);
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
