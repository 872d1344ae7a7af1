import { CodecError } from '../codec-error.js';
import { defaultLimits } from '../limits.js';
import { BASE64_CODE, decodeBase64, EngineCode, type EngineFrame, EngineType, engineTypeOf } from './engine-packet.js';
import { encodePayload3Binary } from './engine3-binary.js';
import { collect, type DecodedPayload, demandRoom } from './payload.js';

export { decodePayload3Binary, encodePayload3Binary } from './engine3-binary.js';

const ZERO = 48;
const NINE = 57;
const COLON = 58;
const MAX_LENGTH_DIGITS = 10;

/** Writes one frame for a text-only connection (Engine.IO 3): binary messages become `b4` + base64. */
export function encodeFrame3(frame: EngineFrame): string {
  return typeof frame === 'string' ? frame : `b4${frame.toString('base64')}`;
}

/**
 * Reads a text frame of Engine.IO 3: base64 messages as their bytes, others unchanged.
 * @throws {CodecError} `bad_type` or `bad_base64`
 */
export function readFrame3(frame: string): EngineFrame {
  if (frame.charCodeAt(0) !== BASE64_CODE) {
    engineTypeOf(frame);
    return frame;
  }
  if (frame.charCodeAt(1) !== EngineCode.MESSAGE) {
    throw new CodecError('bad_type', 'A base64 packet of Engine.IO 3 must be a message, which begins with b4');
  }
  return decodeBase64(frame.slice(2));
}

/** Puts the type byte in front of a binary message, as Engine.IO 3 has it on WebSocket. Copies. */
export function addTypeByte(data: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(data.length + 1);
  framed[0] = EngineType.MESSAGE;
  framed.set(data, 1);
  return framed;
}

/**
 * Takes the type byte off a binary WebSocket message of Engine.IO 3. Does not copy.
 * @throws {CodecError} `bad_type`
 */
export function removeTypeByte(framed: Buffer): Buffer {
  if (framed[0] === EngineType.MESSAGE) return framed.subarray(1);
  throw new CodecError(
    'bad_type',
    `A binary packet of Engine.IO 3 must be a message (type 4), not of type ${framed[0] ?? 'none'}`,
  );
}

/** Writes a polling body (Engine.IO 3) in the form that suits the frames and the client. */
export function encodePayload3(frames: readonly EngineFrame[], supportsBinary: boolean): string | Buffer {
  const binary = supportsBinary && frames.some((frame) => typeof frame !== 'string');
  return binary ? encodePayload3Binary(frames) : encodePayload3Text(frames);
}

/** Writes a text polling body (Engine.IO 3): `<length>:<packet>`, lengths in UTF-16 units. No frames are `0:`. */
export function encodePayload3Text(frames: readonly EngineFrame[]): string {
  if (frames.length === 0) return '0:';
  let payload = '';
  for (const frame of frames) {
    const text = encodeFrame3(frame);
    payload += `${text.length}:${text}`;
  }
  return payload;
}

/**
 * Reads a text polling body (Engine.IO 3). Decoding stops at the first bad packet; those before it are returned
 * with the error. `0:` stands for no packet, an empty body is an error.
 */
export function decodePayload3Text(
  body: string,
  maxPackets: number = defaultLimits.maxPacketsPerPayload,
): DecodedPayload<EngineFrame> {
  return collect<EngineFrame>((frames) => {
    if (body === '') throw new CodecError('bad_payload', 'Empty payload');
    let packets = 0;
    for (let at = 0; at < body.length; packets += 1) {
      demandRoom(packets, maxPackets);
      const colon = lengthEnd(body, at);
      const start = colon + 1;
      const end = start + Number(body.slice(at, colon));
      if (end > body.length) throw new CodecError('bad_payload', `Packet at index ${start} is cut short`);
      if (end > start) frames.push(readFrame3(body.slice(start, end)));
      at = end;
    }
  });
}

/** Index of the colon that ends the length at `from`. */
function lengthEnd(body: string, from: number): number {
  let at = from;
  for (let code = body.charCodeAt(at); code >= ZERO && code <= NINE; code = body.charCodeAt(at)) {
    at += 1;
    if (at - from > MAX_LENGTH_DIGITS) break;
  }
  if (at > from && body.charCodeAt(at) === COLON) return at;
  throw new CodecError('bad_payload', `Invalid packet length at index ${from}`);
}
