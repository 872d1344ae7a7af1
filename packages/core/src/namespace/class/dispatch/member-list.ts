import { ClassError, className, memberName } from '../class-error.js';
import type { BaseMembers } from './base-members.js';
import type { ChainLink } from './class-chain.js';

/** A member of a class chain's prototypes, as instances see it. */
export interface Member {
  readonly key: PropertyKey;
  /** The class that declares it, nearest to the instance. */
  readonly owner: string;
  /** Its value; `undefined` for an accessor, which is never run. */
  readonly value: unknown;
}

/**
 * The members that the classes of `chain` declare, overridden ones replaced.
 * @throws {ClassError} `SIO_CLASS_SHADOWED_MEMBER` if one has a name that belongs to the base classes.
 */
export function membersOf(chain: readonly ChainLink[], base: BaseMembers): ReadonlyMap<PropertyKey, Member> {
  const members = new Map<PropertyKey, Member>();
  for (const { ctor, prototype } of chain) {
    const owner = className(ctor);
    for (const key of Reflect.ownKeys(prototype)) {
      if (key === 'constructor') continue;
      if (base.inherited.has(key) || base.fields.has(key)) throw shadowed(owner, key);
      members.set(key, { key, owner, value: Object.getOwnPropertyDescriptor(prototype, key)?.value });
    }
  }
  return members;
}

/** The error for a member that would hide one of the base classes'. */
export function shadowed(owner: string, key: PropertyKey): ClassError {
  return new ClassError(
    'SIO_CLASS_SHADOWED_MEMBER',
    `${owner}.${memberName(key)} would hide the member of Socket that has this name; choose another`,
  );
}
