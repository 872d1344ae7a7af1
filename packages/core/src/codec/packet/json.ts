import { Blob } from 'node:buffer';
import { types } from 'node:util';
import { bytesOf } from '../bytes.js';
import { asCodecError, CodecError, excerpt } from '../codec-error.js';
import { defaultLimits } from '../limits.js';
import { type Ancestors, enter, leave, WATCHED_DEPTH } from './ancestors.js';

// The values of packets as JSON: read within limits, written with their bytes apart.

/** How values become JSON and come back, where JavaScript's own way will not do. */
export interface JsonCodec {
  /** The JSON text of a value. Bytes have been taken out of it before. */
  stringify(value: unknown): string;
  /** The value of a JSON text. */
  parse(text: string): unknown;
}

/** How JSON is read. */
export interface JsonRules {
  /** Levels of arrays and objects. @default 1000 */
  readonly maxDepth?: number;
  /** Reads and writes in place of JavaScript's own. */
  readonly json?: JsonCodec | undefined;
}

/** @throws {CodecError} `bad_json`, `too_deep` for more than `maxDepth` levels; `bad_data` as {@link readWith} */
export function parseJson(json: string, rules: JsonRules): unknown {
  const { maxDepth = defaultLimits.maxDepth } = rules;
  if (rules.json !== undefined) return readWith(rules.json, json, maxDepth);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new CodecError('bad_json', `Data is not JSON: ${excerpt(json)}`, { cause: error });
  }
  // Each level takes a character to open and one to close.
  if (json.length > 2 * maxDepth) checkDepth(value, maxDepth);
  return value;
}

/** @throws {CodecError} `unserializable`, also for cycles, BigInts, throwing getters and too deep values */
export function toJson(value: unknown, codec?: JsonCodec): string {
  if (codec !== undefined) return writeWith(codec, value);
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw asCodecError(error, 'unserializable', 'Value cannot be written as JSON');
  }
  if (json === undefined) throw new CodecError('unserializable', `A ${typeof value} cannot be written as JSON`);
  return json;
}

/** Assigns as JSON.parse() does: a key named `__proto__` becomes a field, not the prototype. */
export function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[name] = value;
  }
}

// ---- the option json ----

/** Stands between the messages in one body of polling. */
const SEPARATOR = '\x1e';
/** Values that even the shortest text may stand for. */
const FREE_VALUES = 10_000;

/** @throws {CodecError} `unserializable`, also for a result that is not text or cannot be sent */
function writeWith(codec: JsonCodec, value: unknown): string {
  let json: unknown;
  try {
    json = codec.stringify(value);
  } catch (error) {
    throw asCodecError(error, 'unserializable', 'Value cannot be written as JSON');
  }
  if (typeof json !== 'string') {
    abandon(json);
    throw new CodecError('unserializable', `stringify() of the option json gives ${typeof json} instead of text`);
  }
  if (json.includes(SEPARATOR)) {
    throw new CodecError('unserializable', 'stringify() of the option json gives U+001E, which JSON escapes');
  }
  return json;
}

/**
 * A list comes as one of our own, for it is changed on its way.
 * @throws {CodecError} `bad_json`, `too_deep`, and `bad_data` for more values than the text accounts for, which references to
 * one value from many places would make
 */
function readWith(codec: JsonCodec, text: string, maxDepth: number): unknown {
  try {
    const value = codec.parse(text);
    if (abandon(value)) throw new CodecError('bad_data', 'parse() of the option json gives a promise');
    check(value, maxDepth, { left: FREE_VALUES + text.length });
    return Array.isArray(value) ? Array.from(value) : value;
  } catch (error) {
    throw asCodecError(error, 'bad_json', 'Data is not JSON');
  }
}

function check(value: unknown, levels: number, values: { left: number }): void {
  if (!isContainer(value)) return;
  if (levels <= 0) throw new CodecError('too_deep', 'Data nested too deep');
  const items = Array.isArray(value) ? value : undefined;
  const keys = items === undefined ? Object.keys(value) : [];
  values.left -= items?.length ?? keys.length;
  if (values.left < 0) throw new CodecError('bad_data', 'Data holds more values than its text accounts for');
  if (items === undefined) for (const key of keys) check(value[key as never], levels - 1, values);
  else for (let i = 0; i < items.length; i += 1) check(items[i], levels - 1, values);
}

/** Lists and plain objects, which may hold others. Instances of classes, such as dates, are values of their own. */
export function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto === Object.prototype || proto === null || Array.isArray(value)) return true;
  // That of another realm has nothing above it either.
  if (Object.getPrototypeOf(proto) === null) return true;
  // A key `__proto__` that a careless parser has followed makes no class.
  return typeof Object.getOwnPropertyDescriptor(proto, 'constructor')?.value !== 'function';
}

/** Whether it is a promise. Its rejection is of no interest. */
function abandon(value: unknown): boolean {
  if (!types.isPromise(value)) return false;
  value.catch(() => {});
  return true;
}

// ---- depth ----

/** @throws {CodecError} `too_deep` when `value` has more than `max` levels of arrays and objects */
function checkDepth(value: unknown, max: number): void {
  if (isObject(value) && exceeds(value, max)) throw new CodecError('too_deep', `Data nested deeper than ${max} levels`);
}

/** The answer is the same where more levels are allowed than the stack has. */
function exceeds(value: object, max: number): boolean {
  try {
    return isDeeper(value, max);
  } catch {
    return true;
  }
}

function isDeeper(value: object, left: number): boolean {
  if (left <= 0) return true;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (isObject(value[i]) && isDeeper(value[i], left - 1)) return true;
    return false;
  }
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (isObject(item) && isDeeper(item, left - 1)) return true;
  }
  return false;
}

// ---- bytes in values ----

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
    // The data of a packet is a list.
    if (Array.isArray(value)) return { value: stripArray(value, walk, 0), attachments: walk.attachments };
    return { value: isObject(value) ? strip(value, '', walk, 0) : value, attachments: walk.attachments };
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
    if (typeof item !== 'object' || item === null) continue;
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
    if (typeof item !== 'object' || item === null || !Object.hasOwn(object, name)) continue;
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
