import { CodecError } from '../codec-error.js';
import { collect, type DecodedPayload, demandRoom } from '../engine/payload.js';
import { defaultLimits } from '../limits.js';

const FRAME = '\ufffd';
const FRAME_CODE = 0xfffd;
const MAX_LENGTH_DIGITS = 10;

/**
 * Writes an HTTP body of Socket.IO 0.9: a lone packet as it is, several each after `U+FFFD <length> U+FFFD`,
 * lengths in UTF-16 units. No packets are an empty body.
 */
export function encodeLegacyPayload(packets: readonly string[]): string {
  if (packets.length === 1) return packets[0] as string;
  let payload = '';
  for (const packet of packets) payload += FRAME + packet.length + FRAME + packet;
  return payload;
}

/**
 * Takes an HTTP body of Socket.IO 0.9 apart. Decoding stops at the first broken frame; the packets before it are
 * returned with the error. An empty body is an error.
 */
export function decodeLegacyPayload(
  body: string,
  maxPackets: number = defaultLimits.maxPacketsPerPayload,
): DecodedPayload<string> {
  return collect<string>((packets) => {
    if (body === '') throw new CodecError('bad_payload', 'Empty payload');
    if (body.charCodeAt(0) !== FRAME_CODE) {
      packets.push(body);
      return;
    }
    for (let at = 0; at < body.length; ) {
      demandRoom(packets.length, maxPackets);
      const start = lengthEnd(body, at) + 1;
      const end = start + Number(body.slice(at + 1, start - 1));
      if (end > body.length) throw new CodecError('bad_payload', `Packet at index ${start} is cut short`);
      packets.push(body.slice(start, end));
      at = end;
    }
  });
}

/** Index of the mark that ends the length after the mark at `at`. */
function lengthEnd(body: string, at: number): number {
  const from = at + 1;
  const end = body.charCodeAt(at) === FRAME_CODE ? body.slice(from, from + MAX_LENGTH_DIGITS + 1).indexOf(FRAME) : -1;
  if (end > 0 && /^\d+$/.test(body.slice(from, from + end))) return from + end;
  throw new CodecError('bad_payload', `Invalid packet length at index ${at}`);
}
