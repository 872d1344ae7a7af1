import { types } from 'node:util';
import { asCodecError, CodecError } from '../codec-error.js';

/** How values become JSON and come back, where JavaScript's own way will not do. */
export interface JsonCodec {
  /** The JSON text of a value. Bytes have been taken out of it before. */
  stringify(value: unknown): string;
  /** The value of a JSON text. */
  parse(text: string): unknown;
}

/** Stands between the messages in one body of polling. */
const SEPARATOR = '\x1e';
/** Values that even the shortest text may stand for. */
const FREE_VALUES = 10_000;

/** @throws {CodecError} `unserializable`, also for what is no text that can be sent */
export function writeWith(codec: JsonCodec, value: unknown): string {
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
export function readWith(codec: JsonCodec, text: string, maxDepth: number): unknown {
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
