import { CodecError } from '../codec-error.js';

/** @throws {CodecError} `too_deep` when `value` has more than `max` levels of arrays and objects */
export function checkDepth(value: unknown, max: number): void {
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

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
