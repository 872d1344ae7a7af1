import { endianness } from 'node:os';

/** From this length (bytes) on four bytes at a time are worth a view of the memory. */
const BY_WORDS_FROM = 128;

const LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Applies a mask to bytes in place (RFC 6455 §5.3).
 * @param mask its four bytes, the first one highest.
 * @param offset of `from` within the payload: the mask repeats every four bytes.
 */
export function unmask(bytes: Buffer, from: number, to: number, mask: number, offset: number): void {
  if (mask === 0) return;
  let key = offset === 0 ? mask : rotated(mask, offset);
  if (to - from >= BY_WORDS_FROM) return unmaskWords(bytes, from, to, key);
  for (let at = from; at < to; at++) {
    key = (key << 8) | (key >>> 24);
    (bytes as Uint8Array)[at] = (bytes[at] as number) ^ (key & 0xff);
  }
}

/** The mask as it goes on after `offset` bytes of the payload. */
function rotated(mask: number, offset: number): number {
  const bits = (offset & 3) * 8;
  return bits === 0 ? mask : (mask << bits) | (mask >>> (32 - bits));
}

function unmaskWords(bytes: Buffer, from: number, to: number, key: number): void {
  // Words begin where memory is aligned, not where the payload does.
  const start = from + ((4 - ((bytes.byteOffset + from) & 3)) & 3);
  unmask(bytes, from, start, key, 0);
  const aligned = rotated(key, start - from);
  const count = (to - start) >>> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
  const word = LITTLE_ENDIAN ? swapped(aligned) : aligned;
  for (let n = 0; n < count; n++) words[n] = (words[n] as number) ^ word;
  unmask(bytes, start + count * 4, to, aligned, 0);
}

function swapped(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
