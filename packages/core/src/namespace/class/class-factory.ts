import { containRejection } from '../../internal/events/lazy-emitter.js';
import { shown } from '../../internal/shown.js';
import type { HubLike, SocketFactory } from '../contracts.js';
import { Socket } from '../socket/socket.js';
import type { SocketStyle } from '../socket/style.js';
import type { AnyClass } from './class-error.js';
import { ClassStyle } from './class-style.js';
import type { OutboundSchemas } from './declare/outbound.js';
import { baseMembers } from './dispatch/base-members.js';
import { chainOf } from './dispatch/class-chain.js';
import { type DispatchTable, tableOf } from './dispatch/dispatch-table.js';
import { assertNoShadow, assertSourceFields, ownFields } from './dispatch/fields.js';

/** Fields of a socket that a user's class must leave alone. */
const FIELDS = ['id', 'nsp', 'client', 'recovered'];

let before: ReadonlyMap<PropertyKey, unknown> | undefined;

/** Makes the objects of a user's class when clients join. */
export class ClassFactory implements SocketFactory {
  readonly table: DispatchTable;
  readonly style: SocketStyle;
  readonly emits: OutboundSchemas | undefined;
  readonly #ctor: AnyClass;
  readonly #make: () => unknown;

  /**
   * @param ctor the class; its table is built here.
   * @param make makes an object of it; `new ctor()` if absent.
   * @param bases the classes at which the user's part of the chain ends.
   * @throws ClassError for whatever is wrong with the class.
   */
  constructor(ctor: AnyClass, make: (() => unknown) | undefined, bases: ReadonlySet<AnyClass>) {
    this.#ctor = ctor;
    this.#make = make ?? (() => Reflect.construct(ctor, []));
    const base = baseMembers(bases, FIELDS);
    this.table = tableOf(ctor, bases, base);
    assertSourceFields(this.table.name, chainOf(ctor, bases), base);
    this.emits = this.table.emits;
    const serial: unknown = Reflect.get(ctor, 'serial');
    this.style = new ClassStyle(this.table, serial === undefined ? undefined : serial === true);
  }

  readonly create = (): Socket => {
    before = undefined;
    const made = this.#make();
    if (!(made instanceof Socket && made instanceof this.#ctor)) {
      containRejection(made, nothing);
      throw new TypeError(
        `create() must return an object of ${this.table.name}, not ${shown(made, 'a promise or an object of another class')}`,
      );
    }
    assertNoShadow(this.table, made, before);
    return made;
  };
}

/** A promise in place of the object is refused already: its rejection says nothing more. */
function nothing(): void {}

/** The style of the class that a namespace serves. @throws TypeError when the class is not registered there. */
export function styleOfClass(hub: HubLike, ctor: unknown): SocketStyle {
  const factory = hub._factory;
  if (factory instanceof ClassFactory) return factory.style;
  throw new TypeError(`${(ctor as { name?: string }).name ?? 'This class'} is not registered for this namespace`);
}

/** Remembers the fields of the base before the user's constructor goes on. */
export function noteOwnFields(table: DispatchTable, instance: object): void {
  if (!table.fieldsChecked) before = ownFields(table, instance);
}
