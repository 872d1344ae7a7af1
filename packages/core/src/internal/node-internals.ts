import type { AsyncResource } from 'node:async_hooks';

// Every use of behaviour that Node does not document stands in this file. `test/internal/node-internals.test.ts` has a canary for
// each: it fails when a Node release changes that behaviour.

// ---- asynchronous context ----

/** Each `AsyncResource` has two marks of Node's own: its number, and that of the one it was made in. */
const PLAIN_MARKS = 2;
const PLAIN = new Set<string | undefined>(['async_id_symbol', 'trigger_async_id_symbol', 'destroyed']);

/**
 * Whether any `AsyncLocalStorage` of the process held something when the resource was made. Each storage leaves a mark of its own on
 * all resources once it is used; since Node 24, one mark for all has a value.
 */
export function carriesContext(resource: AsyncResource): boolean {
  const marks = Object.getOwnPropertySymbols(resource);
  if (marks.length <= PLAIN_MARKS) return false;
  for (const mark of marks) {
    if (PLAIN.has(mark.description)) continue;
    if (mark.description !== 'context_frame') return true;
    if (Reflect.get(resource, mark) !== undefined) return true;
  }
  return false;
}
