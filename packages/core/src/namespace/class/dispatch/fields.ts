import { ClassError, memberName } from '../class-error.js';
import { isHookName } from '../hook-names.js';
import type { BaseMembers } from './base-members.js';
import type { ChainLink } from './class-chain.js';
import type { DispatchTable } from './dispatch-table.js';
import { eventOfMethod } from './event-name.js';
import { shadowed } from './member-list.js';
import { type SourceField, sourceFields } from './source-fields.js';

/** The base's own fields, with their values; taken when the base constructor has run and the user's has not. */
export function ownFields(table: DispatchTable, instance: object): ReadonlyMap<PropertyKey, unknown> {
  const fields = new Map<PropertyKey, unknown>();
  for (const key of table.base.fields) if (Object.hasOwn(instance, key)) fields.set(key, ownValue(instance, key));
  return fields;
}

/**
 * Looks at the fields that a class's constructor makes, once per class: at its first object that passes.
 * @param before what {@link ownFields} gave: a field defined anew over one of the base's is found by its other value.
 * Without it only the names of the base's methods and accessors are guarded.
 * @throws {ClassError} `SIO_CLASS_SHADOWED_MEMBER` for a field with a name of the base's, `SIO_CLASS_HANDLER` for a
 * handler or hook that is a field: it comes to be after the table, so no event would ever find it.
 */
export function assertNoShadow(
  table: DispatchTable,
  instance: object,
  before?: ReadonlyMap<PropertyKey, unknown>,
): void {
  if (table.fieldsChecked) return;
  for (const key of Reflect.ownKeys(instance)) assertField(table, key, ownValue(instance, key), before);
  table.fieldsChecked = true;
}

function assertField(
  table: DispatchTable,
  key: PropertyKey,
  value: unknown,
  before: ReadonlyMap<PropertyKey, unknown> | undefined,
): void {
  if (hides(table.base, key, value, before)) throw shadowed(table.name, key);
  if (typeof value === 'function' && isHandlerName(key)) throw handlerField(table.name, key);
}

/**
 * Looks at the fields that the sources of a class and its base classes show, when the class is registered.
 * @throws {ClassError} as {@link assertNoShadow}.
 */
export function assertSourceFields(name: string, chain: readonly ChainLink[], base: BaseMembers): void {
  for (const { ctor, prototype } of chain) {
    for (const field of sourceFields(ctor)) {
      if (shadows(base, prototype, field)) throw shadowed(name, field.name);
      if (field.isFunction && isHandlerName(field.name)) throw handlerField(name, field.name);
    }
  }
}

function shadows({ inherited, defaults, fields }: BaseMembers, prototype: object, field: SourceField): boolean {
  const { name, isAssigned } = field;
  if (defaults.has(name)) return false;
  if (!isAssigned) return inherited.has(name) || fields.has(name);
  return inherited.has(name) && typeof descriptorIn(prototype, name)?.value === 'function';
}

function descriptorIn(prototype: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

function handlerField(owner: string, key: PropertyKey): ClassError {
  return new ClassError(
    'SIO_CLASS_HANDLER',
    `${owner}.${memberName(key)} is a field that holds a function, so no event finds it: make it a method`,
  );
}

function hides(
  { inherited, defaults, fields }: BaseMembers,
  key: PropertyKey,
  value: unknown,
  before: ReadonlyMap<PropertyKey, unknown> | undefined,
): boolean {
  // An emitter keeps its listeners in such a field, and a constructor may well listen.
  if (defaults.has(key)) return false;
  if (before !== undefined && fields.has(key)) return !before.has(key) || !Object.is(before.get(key), value);
  return inherited.has(key);
}

function isHandlerName(key: PropertyKey): boolean {
  return isHookName(key) || key === 'initialAcl' || (typeof key === 'string' && eventOfMethod(key) !== undefined);
}

function ownValue(instance: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(instance, key)?.value;
}
