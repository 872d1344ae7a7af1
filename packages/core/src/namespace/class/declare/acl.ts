import type { DispatchTable } from '../dispatch/dispatch-table.js';
import type { Entry } from '../dispatch/entry.js';

/**
 * The events that one connection may send. The list is kept by method, so another spelling of an event's name does not bypass
 * it. It starts with the result of `initialAcl()`, or else with `static acl`. Without both, everything is allowed.
 *
 * `initialAcl` returns the events allowed at first, `null` for everything, or `undefined` for what `static acl` says.
 */
export class Acl {
  readonly #table: DispatchTable;
  readonly #target: object;
  /** Whether what is not in {@link #exceptions} is allowed. */
  #open = true;
  readonly #exceptions = new Set<unknown>();

  /**
   * @param target the connection's object, on which `initialAcl` is called.
   * @throws what `initialAcl` throws, or {@link ClassError} `SIO_CLASS_UNKNOWN_EVENT`.
   */
  constructor(table: DispatchTable, target: object) {
    this.#table = table;
    this.#target = target;
    if (table.hasAcl) this.reset();
  }

  /** Allows these events, by name or by their methods' names. @throws {ClassError} `SIO_CLASS_UNKNOWN_EVENT` */
  allow(...events: string[]): this {
    return this.#set(this.#table.named(events), true);
  }

  /** Denies these events, by name or by their methods' names. @throws {ClassError} `SIO_CLASS_UNKNOWN_EVENT` */
  deny(...events: string[]): this {
    return this.#set(this.#table.named(events), false);
  }

  /** Allows everything, including events that were denied by name. */
  open(): this {
    return this.#begin(true);
  }

  /** Denies everything, including events that were allowed by name. */
  close(): this {
    return this.#begin(false);
  }

  /** Resets the ACL to that of a new connection; calls `initialAcl` again. @throws as the constructor does. */
  reset(): this {
    const list = this.#table.initialAcl?.call(this.#target);
    const allowed = list === undefined ? this.#table.acl : list === null ? undefined : this.#table.named(list);
    if (allowed === undefined) return this.open();
    return this.close().#set(allowed, true);
  }

  /** Whether the connection may send this event; `false` for an event that the class does not have. */
  allows(event: string): boolean {
    const entry = this.#table.find(event);
    return entry !== undefined && this.permits(entry);
  }

  /**
   * Whether the connection may use an entry of the class. `undefined` stands for an event without an entry, which goes to
   * `onUnhandled`: it is allowed only while the ACL is not a list of allowed events.
   */
  permits(entry: Entry | undefined): boolean {
    if (entry === undefined) return this.#open;
    return this.#exceptions.has(entry.aclKey) !== this.#open;
  }

  #begin(open: boolean): this {
    this.#open = open;
    this.#exceptions.clear();
    return this;
  }

  #set(entries: readonly Entry[], allowed: boolean): this {
    for (const { aclKey } of entries) {
      if (allowed === this.#open) this.#exceptions.delete(aclKey);
      else this.#exceptions.add(aclKey);
    }
    return this;
  }
}
