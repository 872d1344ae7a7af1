import { Blob } from 'node:buffer';
import { types } from 'node:util';
import { bytesOf } from '../bytes.js';
import { asCodecError, CodecError } from '../codec-error.js';
import { defaultLimits } from '../limits.js';
import { type Ancestors, enter, leave, WATCHED_DEPTH } from './ancestors.js';
import { setOwn } from './json.js';

/** A value without its binary parts, and those parts. */
export interface Extraction {
  /** The very value that was given if it holds nothing binary, else a copy of what leads to binary parts. */
  readonly value: unknown;
  /** Binary parts in depth-first order; undefined when there are none. */
  readonly attachments: Buffer[] | undefined;
}

/** One walk over an outgoing value. */
interface Walk extends Ancestors {
  /** Where binary values go; made when the first is met. */
  attachments: Buffer[] | undefined;
  /** Makes the value that takes the place of a binary one. */
  readonly represent: Represent;
}

/** Makes the value that takes the place of the binary one number `index`. */
export type Represent = (data: Buffer, index: number) => object;

interface Jsonable {
  toJSON(key: string): unknown;
}

/**
 * Takes the binary parts (Buffer, typed array, DataView, ArrayBuffer, SharedArrayBuffer) out of `value` and puts
 * placeholders in their place. The value itself is never changed, and the buffers share its memory.
 * `toJSON()` is called where JSON would call it, and its result looked into.
 *
 * @param maxDepth levels of arrays and objects to enter before giving up
 * @param represent what takes the place of a binary value, if not the usual placeholder
 * @throws {CodecError} `unserializable` on cycles, Blobs, too deep values, and when a getter or `toJSON()` throws
 */
export function extractBinary(
  value: unknown,
  maxDepth: number = defaultLimits.maxDepth,
  represent: Represent = placeholder,
): Extraction {
  const walk: Walk = { attachments: undefined, open: undefined, maxDepth, represent };
  try {
    const stripped = isObject(value) ? strip(value, '', walk, 0) : value;
    return { value: stripped, attachments: walk.attachments };
  } catch (error) {
    throw asCodecError(error, 'unserializable', 'Value cannot be read');
  }
}

/**
 * Says whether `value` holds anything that must travel as an attachment.
 * @throws {CodecError} as {@link extractBinary}
 */
export function hasBinary(value: unknown): boolean {
  return extractBinary(value).attachments !== undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function strip(value: object, key: string | number, walk: Walk, depth: number): unknown {
  if (depth < WATCHED_DEPTH) return stripAny(value, key, walk, depth);
  enter(walk, value, depth);
  const stripped = stripAny(value, key, walk, depth);
  leave(walk, value);
  return stripped;
}

function stripAny(value: object, key: string | number, walk: Walk, depth: number): unknown {
  if (Array.isArray(value)) return stripArray(value, walk, depth);
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null) {
    const binary = toBuffer(value);
    if (binary !== undefined) return placeholderFor(binary, walk);
    if (types.isDate(value)) return value;
  }
  if (typeof (value as Partial<Jsonable>).toJSON === 'function') return stripJson(value as Jsonable, key, walk, depth);
  return stripFields(value as Record<string, unknown>, walk, depth);
}

function stripArray(array: readonly unknown[], walk: Walk, depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let i = 0; i < array.length; i += 1) {
    const item = array[i];
    if (!isObject(item)) continue;
    const stripped = strip(item, i, walk, depth + 1);
    if (stripped === item) continue;
    copy ??= array.slice();
    copy[i] = stripped;
  }
  return copy ?? array;
}

function stripFields(object: Record<string, unknown>, walk: Walk, depth: number): unknown {
  let copy: Record<string, unknown> | undefined;
  // for-in reads the engine's enumeration cache and, unlike Object.keys(), makes no array.
  for (const name in object) {
    const item = object[name];
    if (!isObject(item) || !Object.hasOwn(object, name)) continue;
    const stripped = strip(item, name, walk, depth + 1);
    if (stripped === item) continue;
    copy ??= copyOf(object);
    setOwn(copy, name, stripped);
  }
  return copy ?? object;
}

function stripJson(value: Jsonable, key: string | number, walk: Walk, depth: number): unknown {
  const json = value.toJSON(String(key));
  if (!isObject(json)) return value;
  const stripped = stripResult(json, walk, depth);
  // A result without binary parts is left to JSON.stringify(), which asks for it again.
  return stripped === json ? value : stripped;
}

/** As in JSON, what a `toJSON()` returned is final: if it has such a method too, that one is not called. */
function stripResult(json: object, walk: Walk, depth: number): unknown {
  if (Array.isArray(json)) return stripArray(json, walk, depth);
  const binary = toBuffer(json);
  if (binary !== undefined) return placeholderFor(binary, walk);
  return stripFields(json as Record<string, unknown>, walk, depth);
}

/**
 * The memory of a binary value as a Buffer, or undefined for other objects.
 * @throws {CodecError} `unserializable` for a Blob
 */
export function toBuffer(value: object): Buffer | undefined {
  const bytes = bytesOf(value);
  if (bytes === undefined && value instanceof Blob) {
    throw new CodecError('unserializable', 'A Blob or File cannot be read at once: send `await blob.arrayBuffer()`');
  }
  return bytes;
}

function placeholderFor(buffer: Buffer, walk: Walk): object {
  walk.attachments ??= [];
  return walk.represent(buffer, walk.attachments.push(buffer) - 1);
}

function placeholder(_data: Buffer, num: number): object {
  return { _placeholder: true, num };
}

/** Own fields without functions: JSON leaves these out, but would call one that is named `toJSON`. */
function copyOf(object: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(object)) {
    const item = object[name];
    if (typeof item !== 'function') setOwn(copy, name, item);
  }
  return copy;
}
