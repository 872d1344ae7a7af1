import { defaultLimits } from '../limits.js';
import { BASE64_CODE, decodeBase64, type EngineFrame, engineTypeOf } from './engine-packet.js';
import { collect, type DecodedPayload, demandRoom } from './payload.js';

export { decodeFrame as decodeFrame4, encodeOpen } from './engine-packet.js';

const SEPARATOR = '\x1e';

/** Writes one frame for a text-only connection (Engine.IO 4): binary messages become `b` + base64. */
export function encodeFrame4(frame: EngineFrame): string {
  return typeof frame === 'string' ? frame : `b${frame.toString('base64')}`;
}

/**
 * Writes a polling body (Engine.IO 4): the frames joined with U+001E. A text frame must not hold that character
 * itself; JSON escapes it.
 */
export function encodePayload4(frames: readonly EngineFrame[]): string {
  let payload = '';
  for (let i = 0; i < frames.length; i += 1) {
    if (i > 0) payload += SEPARATOR;
    payload += encodeFrame4(frames[i] as EngineFrame);
  }
  return payload;
}

/**
 * Reads a text frame of Engine.IO 4: base64 messages as their bytes, others unchanged.
 * @throws {CodecError} `bad_type` or `bad_base64`
 */
export function readFrame4(frame: string): EngineFrame {
  if (frame.charCodeAt(0) === BASE64_CODE) return decodeBase64(frame.slice(1));
  engineTypeOf(frame);
  return frame;
}

/**
 * Reads a polling body (Engine.IO 4). Decoding stops at the first bad packet; those before it are returned with
 * the error. An empty body is one bad packet.
 */
export function decodePayload4(
  body: string,
  maxPackets: number = defaultLimits.maxPacketsPerPayload,
): DecodedPayload<EngineFrame> {
  return collect<EngineFrame>((frames) => {
    for (let at = 0; at <= body.length; ) {
      demandRoom(frames.length, maxPackets);
      const separator = body.indexOf(SEPARATOR, at);
      const end = separator === -1 ? body.length : separator;
      frames.push(readFrame4(body.slice(at, end)));
      at = end + 1;
    }
  });
}
