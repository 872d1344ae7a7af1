import { CodecError } from '../codec-error.js';
import { decodeBase64 } from '../engine/engine-packet.js';
import { defaultLimits } from '../limits.js';
import { extractBinary, isContainer, setOwn } from './json.js';

/** The only key of an object that stands for bytes, which are its value in base64. */
export const BASE64_KEY = '_base64';

/** A value for a protocol that has no binary form, and whether it held anything binary. */
export interface InlinedValue {
  readonly value: unknown;
  readonly binary: boolean;
}

/**
 * Writes the binary parts of `value` as `{"_base64":"…"}`. The value itself is never changed.
 * @throws {CodecError} as {@link extractBinary}
 */
export function inlineBinary(value: unknown): InlinedValue {
  const extraction = extractBinary(value, defaultLimits.maxDepth, inBase64);
  return { value: extraction.value, binary: extraction.attachments !== undefined };
}

function inBase64(data: Buffer): object {
  return { [BASE64_KEY]: data.toString('base64') };
}

/**
 * Puts bytes in place of each `{"_base64":"…"}`. Works in place, on data that a decoder made; an object that only resembles
 * one is left alone.
 * @throws {CodecError} `too_deep`
 */
export function restoreBinary(value: unknown, maxDepth: number = defaultLimits.maxDepth): unknown {
  if (!isContainer(value)) return value;
  if (maxDepth === 0) throw new CodecError('too_deep', 'Data is nested too deep');
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) {
      const item: unknown = value[i];
      const restored = restoreBinary(item, maxDepth - 1);
      if (restored !== item) value[i] = restored;
    }
    return value;
  }
  return restoreFields(value as Record<string, unknown>, maxDepth);
}

function restoreFields(object: Record<string, unknown>, maxDepth: number): unknown {
  const keys = Object.keys(object);
  if (keys.length === 1 && keys[0] === BASE64_KEY) return bytesOf(object[BASE64_KEY]) ?? object;
  for (const key of keys) {
    const item = object[key];
    const restored = restoreBinary(item, maxDepth - 1);
    if (restored !== item) setOwn(object, key, restored);
  }
  return object;
}

function bytesOf(base64: unknown): Buffer | undefined {
  if (typeof base64 !== 'string') return undefined;
  try {
    return decodeBase64(base64);
  } catch {
    return undefined;
  }
}
