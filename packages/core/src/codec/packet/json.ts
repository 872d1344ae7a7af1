import { asCodecError, CodecError, excerpt } from '../codec-error.js';
import { defaultLimits } from '../limits.js';
import { type JsonCodec, readWith, writeWith } from './custom-json.js';
import { checkDepth } from './depth.js';

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
  const value = parse(json);
  // Each level takes a character to open and one to close.
  if (json.length > 2 * maxDepth) checkDepth(value, maxDepth);
  return value;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new CodecError('bad_json', `Data is not JSON: ${excerpt(json)}`, { cause: error });
  }
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
