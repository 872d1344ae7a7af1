import { isThenable } from '../../../internal/events/lazy-emitter.js';
import { methodAccessDenied } from '../../access/refusal.js';
import type { Acl } from '../declare/acl.js';
import type { Guard } from '../declare/declarations.js';
import { checkedResult } from '../declare/outbound.js';
import { validate } from '../declare/validation.js';
import type { Entry } from './entry.js';

/**
 * Calls the method of an entry: asks the ACL, then the guards, then the schema, then runs it and checks what it returns.
 * Synchronous as long as none of them is not.
 * @param acl the connection's; `undefined` while it never needed one.
 * @returns what the method returns, or a promise of it.
 * @throws {ClientError} `method_access_denied` or `invalid_method_args`, and whatever a guard, a schema or the method
 * throws: from the call, or from the promise.
 */
export function invokeEntry(entry: Entry, target: object, args: unknown[], acl: Acl | undefined): unknown {
  if (acl !== undefined && !acl.permits(entry)) throw methodAccessDenied(entry.event);
  if (entry.returns === undefined) return invoked(entry, target, args);
  return checkedResult(entry.returns, invoked(entry, target, args), `What "${entry.event}" is answered with`);
}

function invoked(entry: Entry, target: object, args: unknown[]): unknown {
  if (entry.guards !== undefined) return guarded(entry, entry.guards, target, args);
  return entry.schema === undefined ? entry.invoke.apply(target, args) : validated(entry, target, args);
}

function guarded(entry: Entry, guards: readonly Guard<never>[], target: object, args: unknown[]): unknown {
  for (let i = 0; i < guards.length; i++) {
    const answer: unknown = guards[i]?.(target as never, entry.event, args);
    if (isThenable(answer)) return guardedLater(entry, guards, i + 1, answer, target, args);
    if (!answer) throw methodAccessDenied(entry.event);
  }
  return validated(entry, target, args);
}

async function guardedLater(
  entry: Entry,
  guards: readonly Guard<never>[],
  next: number,
  pending: PromiseLike<unknown>,
  target: object,
  args: unknown[],
): Promise<unknown> {
  if (!(await pending)) throw methodAccessDenied(entry.event);
  for (let i = next; i < guards.length; i++) {
    if (!(await guards[i]?.(target as never, entry.event, args))) throw methodAccessDenied(entry.event);
  }
  return validated(entry, target, args);
}

function validated(entry: Entry, target: object, args: unknown[]): unknown {
  if (entry.schema === undefined) return entry.invoke.apply(target, args);
  const checked = validate(entry.schema, args);
  if (isThenable(checked)) return checked.then((accepted) => entry.invoke.apply(target, accepted));
  return entry.invoke.apply(target, checked as unknown[]);
}
