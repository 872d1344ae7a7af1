import { CodecError } from '../codec-error.js';

/**
 * Depth from which a walk over an outgoing value should remember what it is in. Real data ends above it; below,
 * a cycle is likely, and would multiply everything beside it until the depth limit.
 */
export const WATCHED_DEPTH = 32;

/** The objects that a walk is in, from {@link WATCHED_DEPTH} on. */
export interface Ancestors {
  readonly maxDepth: number;
  open: Set<object> | undefined;
}

/** @throws {CodecError} `unserializable` when `value` is within itself or too deep */
export function enter(ancestors: Ancestors, value: object, depth: number): void {
  ancestors.open ??= new Set();
  if (ancestors.open.has(value))
    throw new CodecError('unserializable', 'Value contains itself: send a copy without the cycle');
  if (depth >= ancestors.maxDepth) {
    throw new CodecError('unserializable', `Value nested deeper than ${ancestors.maxDepth} levels`);
  }
  ancestors.open.add(value);
}

/** Ends what {@link enter} began. */
export function leave(ancestors: Ancestors, value: object): void {
  ancestors.open?.delete(value);
}
