import type { AnyClass } from '../class-error.js';
import { HOOK_NAMES } from '../hook-names.js';

/** The names that belong to the base classes, so that no class may take them. */
export interface BaseMembers {
  /** Members of the bases' prototypes. */
  readonly inherited: ReadonlySet<PropertyKey>;
  /** Those of them that are plain values, which a field of an instance may replace. */
  readonly defaults: ReadonlySet<PropertyKey>;
  /** Fields of instances whose values stay while a subclass is constructed. */
  readonly fields: ReadonlySet<PropertyKey>;
}

/** Made to be overridden. */
const OVERRIDABLE: readonly PropertyKey[] = ['constructor', 'dispatch', 'initialAcl', 'packet'];

/**
 * Lists what the base classes own.
 * @param bases their constructors; what these inherit counts too, except from `Object`.
 * @param fields the names of those instance fields that stay as they are while a subclass is constructed.
 * @param overridable further names that a class may take all the same. Hooks, `dispatch` and `initialAcl` always can.
 */
export function baseMembers(
  bases: ReadonlySet<AnyClass>,
  fields: Iterable<PropertyKey> = [],
  overridable: Iterable<PropertyKey> = [],
): BaseMembers {
  const inherited = new Set<PropertyKey>();
  const defaults = new Set<PropertyKey>();
  for (const { prototype } of bases) addMembers(prototype, inherited, defaults);
  for (const name of [...HOOK_NAMES, ...OVERRIDABLE, ...overridable]) inherited.delete(name);
  return { inherited, defaults, fields: new Set(fields) };
}

function addMembers(prototype: unknown, inherited: Set<PropertyKey>, defaults: Set<PropertyKey>): void {
  let current = prototype;
  while (typeof current === 'object' && current !== null && current !== Object.prototype) {
    for (const key of Reflect.ownKeys(current)) {
      inherited.add(key);
      if (isPlainValue(Object.getOwnPropertyDescriptor(current, key))) defaults.add(key);
    }
    current = Object.getPrototypeOf(current);
  }
}

function isPlainValue(descriptor: PropertyDescriptor | undefined): boolean {
  return descriptor !== undefined && 'value' in descriptor && typeof descriptor.value !== 'function';
}
