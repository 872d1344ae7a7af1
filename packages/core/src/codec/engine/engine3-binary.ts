import { CodecError } from '../codec-error.js';
import { defaultLimits } from '../limits.js';
import { type EngineFrame, EngineType, engineTypeOf } from './engine-packet.js';
import { collect, type DecodedPayload, demandRoom } from './payload.js';

const TEXT = 0;
const BINARY = 1;
const END_OF_LENGTH = 0xff;
const MAX_LENGTH_DIGITS = 10;

/**
 * Writes a binary polling body (Engine.IO 3): per frame a kind byte, the decimal digits of the byte length as
 * bytes 0 to 9, 0xFF, and the packet; text in UTF-8, binary messages after their type byte 4.
 */
export function encodePayload3Binary(frames: readonly EngineFrame[]): Buffer {
  let total = 0;
  for (const frame of frames) {
    const length = packetLength(frame);
    total += 2 + String(length).length + length;
  }
  const payload = Buffer.allocUnsafe(total);
  let at = 0;
  for (const frame of frames) at = writePacket(payload, at, frame);
  return payload;
}

function packetLength(frame: EngineFrame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length + 1;
}

function writePacket(payload: Buffer, from: number, frame: EngineFrame): number {
  let at = from;
  payload[at++] = typeof frame === 'string' ? TEXT : BINARY;
  const digits = String(packetLength(frame));
  for (let i = 0; i < digits.length; i += 1) payload[at++] = digits.charCodeAt(i) - 48;
  payload[at++] = END_OF_LENGTH;
  if (typeof frame === 'string') return at + payload.write(frame, at);
  payload[at++] = EngineType.MESSAGE;
  payload.set(frame, at);
  return at + frame.length;
}

/**
 * Reads a binary polling body (Engine.IO 3). Decoding stops at the first bad packet; those before it are returned
 * with the error. Binary frames share the body's memory. An empty body is an error.
 */
export function decodePayload3Binary(
  body: Buffer,
  maxPackets: number = defaultLimits.maxPacketsPerPayload,
): DecodedPayload<EngineFrame> {
  return collect<EngineFrame>((frames) => {
    if (body.length === 0) throw new CodecError('bad_payload', 'Empty payload');
    for (let at = 0; at < body.length; ) {
      demandRoom(frames.length, maxPackets);
      const lengthAt = at + 1;
      const start = lengthEnd(body, lengthAt) + 1;
      const end = start + readLength(body, lengthAt, start - 1);
      if (end > body.length) throw new CodecError('bad_payload', `Packet at byte ${start} is cut short`);
      frames.push(readPacket(body, at, start, end));
      at = end;
    }
  });
}

/** Index of the 0xFF that ends the length digits at `from`. */
function lengthEnd(body: Buffer, from: number): number {
  let at = from;
  while ((body[at] ?? END_OF_LENGTH) <= 9 && at - from <= MAX_LENGTH_DIGITS) at += 1;
  if (at > from && body[at] === END_OF_LENGTH) return at;
  throw new CodecError('bad_payload', `Invalid packet length at byte ${from}`);
}

function readLength(body: Buffer, from: number, end: number): number {
  let length = 0;
  for (let at = from; at < end; at += 1) length = length * 10 + (body[at] as number);
  return length;
}

function readPacket(body: Buffer, kindAt: number, start: number, end: number): EngineFrame {
  const kind = body[kindAt];
  if (kind === TEXT) {
    const text = body.toString('utf8', start, end);
    engineTypeOf(text);
    return text;
  }
  if (kind !== BINARY) throw new CodecError('bad_payload', `Invalid packet kind ${kind} at byte ${kindAt}`);
  if (start === end || body[start] !== EngineType.MESSAGE) {
    throw new CodecError('bad_type', `Binary packet at byte ${start} is not a message`);
  }
  return body.subarray(start + 1, end);
}
