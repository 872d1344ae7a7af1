import { isThenable } from '../../internal/events/lazy-emitter.js';
import { shown } from '../../internal/shown.js';
import { ClassError, className } from './class-error.js';
import type { ChainLink } from './dispatch/class-chain.js';
import { HOOK_NAMES, type HookName } from './hook-names.js';
import { codeOf } from './source-code.js';

/** A method of the user's, called with the connection's object as `this`. */
export type Method = (...args: unknown[]) => unknown;

/**
 * The hooks of a class and of every class and mixin below it, in the order in which they run. None calls another
 * through `super`: each declared hook runs once. Hooks that set something up (`initialize`, `onConnect`, `onReady`) run
 * from the base class to the subclass, which so finds its base ready; the others run the other way.
 */
export type HookTable = { readonly [Name in HookName]: readonly Method[] | undefined };

const FROM_THE_BASE: ReadonlySet<HookName> = new Set(['initialize', 'onConnect', 'onReady']);

/** Collects the hooks that the classes of `chain` declare. */
export function hooksOf(chain: readonly ChainLink[]): HookTable {
  const table: Record<string, readonly Method[] | undefined> = {};
  for (const name of HOOK_NAMES) {
    const declared = chain.flatMap((link) => declaredHook(link, name));
    if (!FROM_THE_BASE.has(name)) declared.reverse();
    table[name] = declared.length === 0 ? undefined : declared;
  }
  return table as HookTable;
}

function declaredHook({ ctor, prototype }: ChainLink, name: HookName): readonly Method[] {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  if (descriptor === undefined) return [];
  const hook: unknown = descriptor.value;
  const place = `${className(ctor)}.${name}`;
  if (typeof hook !== 'function')
    throw new ClassError('SIO_CLASS_HOOK', `${place} is a hook, so it must be a method, not ${shown(hook)}`);
  if (callsSuper(hook as Method, name)) {
    throw new ClassError(
      'SIO_CLASS_HOOK',
      `${place} calls super.${name}(), which would run twice: the hooks of all classes run by themselves`,
    );
  }
  return [hook as Method];
}

function callsSuper(hook: Method, name: HookName): boolean {
  const source = Function.prototype.toString.call(hook);
  // Most hooks do without `super`, so most sources need no second look.
  return source.includes('super') && new RegExp(`\\bsuper\\s*\\.\\s*${name}\\b`).test(codeOf(source));
}

/**
 * Runs the hooks of a connection in order until one answers `false`; a hook that fails ends the run with its error.
 * Stays synchronous until a hook returns a promise.
 * @param wanted asked before each hook but the first; false, as when the client has left meanwhile, ends the run.
 * @returns whether none answered `false`, and all were wanted.
 */
export function runUntilRefused(
  hooks: readonly Method[] | undefined,
  target: object,
  args: unknown[],
  wanted: () => boolean = always,
): boolean | Promise<boolean> {
  if (hooks === undefined) return true;
  for (let i = 0; i < hooks.length; i++) {
    if (i > 0 && !wanted()) return false;
    const answer = hooks[i]?.apply(target, args);
    if (isThenable(answer)) return refusedLater(hooks.slice(i + 1), answer, target, args, wanted);
    if (answer === false) return false;
  }
  return true;
}

const always = () => true;

async function refusedLater(
  rest: readonly Method[],
  pending: PromiseLike<unknown>,
  target: object,
  args: unknown[],
  wanted: () => boolean,
): Promise<boolean> {
  if ((await pending) === false) return false;
  for (const hook of rest) if (!wanted() || (await hook.apply(target, args)) === false) return false;
  return true;
}

/**
 * Runs every hook in order, whatever becomes of the others; failures, thrown or rejected, go to `report`.
 * Stays synchronous until a hook returns a promise; the promise it returns then never rejects (unless `report` throws).
 */
export function runAll(
  hooks: readonly Method[] | undefined,
  target: object,
  args: unknown[],
  report: (error: unknown) => void,
): Promise<void> | undefined {
  if (hooks === undefined) return undefined;
  for (let i = 0; i < hooks.length; i++) {
    const pending = runOne(hooks[i], target, args, report);
    if (pending !== undefined) return allLater(hooks, i + 1, pending, target, args, report);
  }
  return undefined;
}

function runOne(
  hook: Method | undefined,
  target: object,
  args: unknown[],
  report: (error: unknown) => void,
): PromiseLike<unknown> | undefined {
  try {
    const result = hook?.apply(target, args);
    return isThenable(result) ? result : undefined;
  } catch (error) {
    report(error);
    return undefined;
  }
}

async function allLater(
  hooks: readonly Method[],
  next: number,
  pending: PromiseLike<unknown>,
  target: object,
  args: unknown[],
  report: (error: unknown) => void,
): Promise<void> {
  await settled(pending, report);
  for (let i = next; i < hooks.length; i++) {
    const later = runOne(hooks[i], target, args, report);
    if (later !== undefined) await settled(later, report);
  }
}

async function settled(pending: PromiseLike<unknown>, report: (error: unknown) => void): Promise<void> {
  try {
    await pending;
  } catch (error) {
    report(error);
  }
}

/**
 * Runs `onUnhandled` from the subclass to the base until one returns something; a failure ends the run.
 * @returns what it returned, which is the acknowledgement, or `undefined`.
 */
export function runUntilAnswered(hooks: readonly Method[] | undefined, target: object, args: unknown[]): unknown {
  if (hooks === undefined) return undefined;
  for (let i = 0; i < hooks.length; i++) {
    const answer = hooks[i]?.apply(target, args);
    if (isThenable(answer)) return answeredLater(hooks, i + 1, answer, target, args);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

async function answeredLater(
  hooks: readonly Method[],
  next: number,
  pending: PromiseLike<unknown>,
  target: object,
  args: unknown[],
): Promise<unknown> {
  let answer = await pending;
  for (let i = next; i < hooks.length && answer === undefined; i++) answer = await hooks[i]?.apply(target, args);
  return answer;
}
