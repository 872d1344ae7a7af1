import { containRejection } from '../../internal/lazy-emitter.js';
import type { HubLike, SocketFactory } from '../contracts.js';
import { Socket } from '../socket/socket.js';
import type { AnyClass } from './class-error.js';
import type { OutboundSchemas } from './declare/outbound.js';
import { baseMembers } from './dispatch/base-members.js';
import { type DispatchTable, tableOf } from './dispatch/dispatch-table.js';
import { assertNoShadow, ownFields } from './dispatch/fields.js';

/** What is known of a registered class. */
export interface RegisteredClass {
  readonly table: DispatchTable;
  /** Events of one connection are handled one after the other; undefined where the server decides. */
  readonly serial: boolean | undefined;
}

/** Fields of a socket that a user's class must leave alone. */
const FIELDS = ['id', 'nsp', 'client', 'recovered', '_state', '_ticket'];

let before: ReadonlyMap<PropertyKey, unknown> | undefined;

/** Makes the objects of a user's class when clients join. */
export class ClassFactory implements SocketFactory, RegisteredClass {
  readonly table: DispatchTable;
  readonly serial: boolean | undefined;
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
    this.#make = make ?? (() => new (ctor as unknown as new () => unknown)());
    this.table = tableOf(ctor, bases, baseMembers(bases, FIELDS));
    this.emits = this.table.emits;
    const serial: unknown = Reflect.get(ctor, 'serial');
    this.serial = serial === undefined ? undefined : serial === true;
  }

  readonly create = (): Socket => {
    before = undefined;
    const made = this.#make();
    if (!(made instanceof Socket) || !(made instanceof (this.#ctor as unknown as new () => unknown))) {
      containRejection(made, nothing);
      throw new TypeError(`create() must return, at once, an object of ${this.table.name}`);
    }
    assertNoShadow(this.table, made, before);
    return made as unknown as Socket;
  };
}

/** The promise, of which nobody can make use, is told of anyway. */
function nothing(): void {}

/** The class that a namespace serves. @throws TypeError when it is not registered there. */
export function classOf(hub: object, ctor: unknown): RegisteredClass {
  const factory: unknown = (hub as HubLike)._factory;
  if (factory instanceof ClassFactory) return factory;
  throw new TypeError(`${(ctor as { name?: string }).name ?? 'This class'} is not registered for this namespace`);
}

/** Remembers what the base has made before the user's constructor goes on. */
export function noteOwnFields(table: DispatchTable, instance: object): void {
  if (!table.fieldsChecked) before = ownFields(table, instance);
}
