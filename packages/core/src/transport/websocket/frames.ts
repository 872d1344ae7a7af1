/** RFC 6455 §5.2: server frames, unmasked, never fragmented. */
const TEXT = 0x81;
const BINARY = 0x82;
const TEXT_BYTE = '\x81';
const BINARY_BYTE = '\x82';
const CLOSE_BYTE = '\x88';
const PONG_BYTE = '\x8a';

/** Headers of short frames, ready made: most messages are short. */
const SHORT_HEADERS: readonly string[] = Array.from(
  { length: 126 },
  (_, length) => TEXT_BYTE + String.fromCharCode(length),
);

/** Up to this size (bytes) text beyond ASCII is turned into one character per byte as well. */
const SCRATCH_SIZE = 4096;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_SIZE);

/**
 * Longer texts (characters) are not joined with their header: V8 copies a joined string before it is written, and one of this
 * size to memory that it has to ask the system for.
 */
export const JOIN_LIMIT = 131_072;

/**
 * A whole text frame. For ASCII up to the limit, and short texts, it is a string with one character per byte, to be written as
 * `latin1`: V8 joins and Node writes those without a copy of our own. Otherwise a buffer.
 */
export function textFrame(text: string): string | Buffer {
  const { length } = text;
  const bytes = length < 32 ? smallByteLength(text) : Buffer.byteLength(text);
  if (bytes === length && length <= JOIN_LIMIT) return (SHORT_HEADERS[length] ?? frameHeader(TEXT_BYTE, length)) + text;
  if (bytes <= SCRATCH_SIZE) {
    scratch.write(text, 0, 'utf8');
    return frameHeader(TEXT_BYTE, bytes) + scratch.toString('latin1', 0, bytes);
  }
  const header = headerSize(bytes);
  const frame = Buffer.allocUnsafe(header + bytes);
  writeHeader(frame, TEXT, bytes);
  frame.write(text, header, 'utf8');
  return frame;
}

/** The header of a text frame of `bytes` bytes, one character per byte. */
export function textHeader(bytes: number): string {
  return frameHeader(TEXT_BYTE, bytes);
}

/**
 * The header of a binary frame of `length` bytes, one character per byte, with the leading type byte that some revisions
 * want (-1: none).
 */
export function binaryHeader(length: number, prefix: number): string {
  if (prefix < 0) return frameHeader(BINARY_BYTE, length);
  return frameHeader(BINARY_BYTE, length + 1) + String.fromCharCode(prefix);
}

/** A whole binary frame in one buffer; copies `data`. */
export function binaryFrame(data: Uint8Array, prefix: number): Buffer {
  const payload = prefix < 0 ? data.length : data.length + 1;
  const start = headerSize(payload) + payload - data.length;
  const frame = Buffer.allocUnsafe(start + data.length);
  writeHeader(frame, BINARY, payload);
  if (prefix >= 0) frame[start - 1] = prefix;
  frame.set(data, start);
  return frame;
}

/** A whole pong, one character per byte. @param payload at most 125 bytes. */
export function pongFrame(payload: Buffer): string {
  return PONG_BYTE + String.fromCharCode(payload.length) + payload.toString('latin1');
}

/** A whole close frame, one character per byte. @param reason at most 123 bytes. */
export function closeFrame(code?: number, reason?: Buffer): string {
  if (code === undefined) return `${CLOSE_BYTE}\0`;
  const text = reason?.toString('latin1') ?? '';
  return CLOSE_BYTE + String.fromCharCode(2 + text.length, code >> 8, code & 0xff) + text;
}

/** A call into C++ costs more than looking at a few characters. */
function smallByteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}

function frameHeader(first: string, length: number): string {
  if (length < 126) return first + String.fromCharCode(length);
  if (length < 0x10000) return `${first}\x7e${String.fromCharCode(length >> 8, length & 0xff)}`;
  const header = Buffer.allocUnsafe(10);
  writeHeader(header, first.charCodeAt(0), length);
  return header.toString('latin1');
}

function headerSize(payload: number): number {
  if (payload < 126) return 2;
  return payload < 0x10000 ? 4 : 10;
}

function writeHeader(target: Buffer, first: number, payload: number): void {
  target[0] = first;
  if (payload < 126) {
    target[1] = payload;
  } else if (payload < 0x10000) {
    target[1] = 126;
    target.writeUInt16BE(payload, 2);
  } else {
    target[1] = 127;
    target.writeUInt32BE(Math.floor(payload / 0x1_0000_0000), 2);
    target.writeUInt32BE(payload % 0x1_0000_0000, 6);
  }
}
