import { ClientError } from '@sio/core';
import { type Person, SYSTEM } from './conversation.js';
import { checkName } from './rules.js';

/**
 * The name as it will be shown.
 * @throws ClientError, whose message is for the visitor, for one that cannot be shown or that one of the others has.
 */
export function claimName(others: Iterable<{ readonly data: Person }>, wanted: unknown): string {
  const name = checkName(wanted);
  const taken = [SYSTEM, ...Array.from(others, ({ data }) => data.name ?? '')];
  if (taken.some((other) => same(other, name))) {
    throw new ClientError('name_taken', `${name} is already here. Please choose another name.`);
  }
  return name;
}

function same(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { sensitivity: 'accent' }) === 0;
}
