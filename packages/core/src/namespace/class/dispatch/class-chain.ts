import { shown } from '../../../internal/shown.js';
import { type AnyClass, ClassError, className } from '../class-error.js';

/** A class of the user's with its prototype. */
export interface ChainLink {
  readonly ctor: AnyClass;
  readonly prototype: object;
}

/**
 * The classes that the user wrote, from the one nearest to the base to the one that was registered. Classes at or
 * below `bases` are never read, so that clients cannot reach their members.
 * @throws {ClassError} `SIO_CLASS_NOT_A_NAMESPACE`
 */
export function chainOf(ctor: unknown, bases: ReadonlySet<AnyClass>): readonly ChainLink[] {
  if (!isClass(ctor)) {
    throw new ClassError('SIO_CLASS_NOT_A_NAMESPACE', `A namespace needs a class, not ${shown(ctor)}`);
  }
  const chain: ChainLink[] = [];
  let current: unknown = ctor;
  while (isClass(current) && !bases.has(current)) {
    if (typeof current.prototype === 'object' && current.prototype !== null) {
      chain.push({ ctor: current, prototype: current.prototype });
    }
    current = Object.getPrototypeOf(current);
  }
  if (isClass(current)) return chain.reverse();
  throw new ClassError(
    'SIO_CLASS_NOT_A_NAMESPACE',
    `${className(ctor)} does not extend Namespace (or extends that of another copy of the package)`,
  );
}

function isClass(value: unknown): value is AnyClass {
  return typeof value === 'function';
}
