import { printable } from './printable.js';

const LONGEST = 40;

/**
 * An invalid value in the text of an error, after `… must be …, not `: short text in quotes, numbers as they are, and only the kind of
 * anything else, which may hold secrets or throw when it is read.
 * @param object how to call an object. Default: `an object`
 */
export function shown(value: unknown, object = 'an object'): string {
  switch (typeof value) {
    case 'string':
      return `"${printable(value.slice(0, LONGEST))}${value.length > LONGEST ? '…' : ''}"`;
    case 'bigint':
      return `${value}n`;
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'object':
      return value === null ? 'null' : kindOf(value, object);
    default:
      return String(value);
  }
}

function kindOf(value: object, object: string): string {
  if (!isList(value)) return object;
  return value.length === 0 ? 'an empty list' : 'a list';
}

function isList(value: object): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    // A proxy that has been revoked.
    return false;
  }
}
