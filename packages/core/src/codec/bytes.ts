import { types } from 'node:util';
import { shown } from '../internal/shown.js';

/**
 * The memory of a Buffer, typed array, DataView, ArrayBuffer or SharedArrayBuffer as a Buffer, without a copy; undefined for
 * anything else. Objects of another realm (a `vm` context, Jest's environment) count as well: they are no `instanceof` ours.
 */
export function bytesOf(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.isBuffer(value) ? value : viewOf(value);
  return types.isAnyArrayBuffer(value) ? Buffer.from(value as ArrayBuffer) : undefined;
}

function viewOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/**
 * A message past all namespaces as it is written: text, or bytes. As Engine.IO does, it takes numbers and booleans for their text, and
 * nothing for an empty text.
 * @throws TypeError for other objects, functions and symbols.
 */
export function rawMessage(data: unknown): string | Buffer {
  if (typeof data === 'string') return data;
  const bytes = bytesOf(data);
  if (bytes !== undefined) return bytes;
  if (data === undefined || data === null) return '';
  if (typeof data === 'object' || typeof data === 'function' || typeof data === 'symbol') {
    throw new TypeError(`A raw message must be text or bytes, not ${shown(data)}: write JSON.stringify(value)`);
  }
  return String(data);
}
