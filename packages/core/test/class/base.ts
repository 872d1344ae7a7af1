import { EventEmitter } from 'node:events';
import type { AnyClass } from '../../src/namespace/class/class-error.js';
import { tableOf } from '../../src/namespace/class/dispatch/dispatch-table.js';

/** Stands where `Socket` stands: with methods, an accessor, a field and a symbol of its own. */
export class BaseSocket extends EventEmitter {
  id = 'an id';

  get rooms(): Set<string> {
    return new Set();
  }

  join(_room: string): void {}

  dispatch(_event: string, _args: unknown[], next: () => unknown): unknown {
    return next();
  }
}

/** Stands where `Namespace` stands. */
export class Base extends BaseSocket {
  spawn(): void {}
}

export const bases: ReadonlySet<AnyClass> = new Set<AnyClass>([Base, BaseSocket]);

/** The table of a class that extends {@link Base}. */
export const table = (ctor: AnyClass) => tableOf(ctor, bases);

/** The name of the method that serves `event`. */
export const served = (ctor: AnyClass, event: unknown) => table(ctor).find(event)?.method;
