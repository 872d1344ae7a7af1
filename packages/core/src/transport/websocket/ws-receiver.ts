/** State of `ws`'s receiver in which it takes a frame's payload out of what was read. */
const GET_DATA = 4;

/** The part of `ws`'s receiver that is used here; it is not public. */
interface Receiver {
  consume(length: number): Buffer;
  _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error) => void): void;
  readonly _state?: number;
  /** Opcode of the message whose fragments are coming; 0 while there is none. */
  readonly _fragmented?: number;
  /** The reads of a frame that is not complete. */
  _buffers?: Buffer[];
  readonly _bufferedBytes?: number;
}

/**
 * Makes a receiver of `ws` copy small pieces. It keeps views of what was read, so that a fragment of one byte would keep the
 * 64 KiB alive that came with it, and keeps each read of a long frame as an object of its own, until the message ends.
 * @param receiver null where something else stands for `ws`, as in Bun.
 */
export function copyFragments(receiver: object | null): void {
  const patched = receiver as Receiver | null;
  if (typeof patched?.consume !== 'function') return;
  patched.consume = consume;
  if (Array.isArray(patched._buffers) && typeof patched._write === 'function') patched._write = write;
}

function consume(this: Receiver, length: number): Buffer {
  const bytes = (Object.getPrototypeOf(this) as Receiver).consume.call(this, length);
  if (this._state !== GET_DATA || this._fragmented === 0 || bytes.buffer.byteLength <= 2 * length) return bytes;
  const copy = Buffer.allocUnsafeSlow(length);
  bytes.copy(copy);
  return copy;
}

/** Reads that may wait as they are, and the bytes that each of them should have beyond. */
const FEW = 64;
const PIECE = 512;

/** Copies together what waits when it has come in pieces that are much smaller than network packets. */
function write(this: Receiver, chunk: Buffer, encoding: BufferEncoding, done: (error?: Error) => void): void {
  const { _buffers: buffers = [], _bufferedBytes: bytes = 0 } = this;
  if (buffers.length > FEW && bytes < buffers.length * PIECE) this._buffers = [joined(buffers, bytes)];
  (Object.getPrototypeOf(this) as Receiver)._write.call(this, chunk, encoding, done);
}

/** Not in Node's pool, which a small copy would keep alive. */
function joined(pieces: readonly Buffer[], length: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const piece of pieces) at += piece.copy(copy, at);
  return copy;
}
