/** State of `ws`'s receiver in which it takes a frame's payload out of what was read. */
const GET_DATA = 4;

/** The part of `ws`'s receiver that is used here; it is not public. */
interface Receiver {
  consume(length: number): Buffer;
  readonly _state?: number;
  /** Opcode of the message whose fragments are coming; 0 while there is none. */
  readonly _fragmented?: number;
}

/**
 * Makes a receiver of `ws` copy small fragments. It keeps views of what was read, so that a fragment of one byte would keep the
 * 64 KiB alive that came with it, until the message ends.
 * @param receiver null where something else stands for `ws`, as in Bun.
 */
export function copyFragments(receiver: object | null): void {
  const patched = receiver as Receiver | null;
  if (typeof patched?.consume === 'function') patched.consume = consume;
}

function consume(this: Receiver, length: number): Buffer {
  const bytes = (Object.getPrototypeOf(this) as Receiver).consume.call(this, length);
  if (this._state !== GET_DATA || this._fragmented === 0 || bytes.buffer.byteLength <= 2 * length) return bytes;
  const copy = Buffer.allocUnsafeSlow(length);
  bytes.copy(copy);
  return copy;
}
