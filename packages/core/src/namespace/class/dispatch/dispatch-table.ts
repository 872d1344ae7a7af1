import { shown } from '../../../internal/shown.js';
import { checkEventRate, type EventRate } from '../../access/event-rate.js';
import { type AnyClass, ClassError, className } from '../class-error.js';
import { OutboundSchemas } from '../declare/outbound.js';
import { type HookTable, hooksOf, type Method } from '../hooks.js';
import { type BaseMembers, baseMembers } from './base-members.js';
import { chainOf } from './class-chain.js';
import type { Entry } from './entry.js';
import { foldEventName, SpellingCache } from './event-name.js';
import { declaredHandlers } from './handler-list.js';
import { membersOf } from './member-list.js';
import { TableBuilder } from './table-builder.js';

/**
 * Which event of a client finds which method of a class. Made once per class, of what the user's classes declare and of
 * nothing else; lookups go through `Map`s alone, so that no name from the wire can reach anything inherited.
 */
export class DispatchTable {
  /** The class's name, for messages. */
  readonly name: string;
  /** All entries, each once, in the order of the source; bound events before those that methods' names give. */
  readonly entries: readonly Entry[];
  /** The hooks of the whole class chain. */
  readonly hooks: HookTable;
  /** Methods that begin with `on` and yet serve nothing, for a hint. */
  readonly unbound: readonly string[];
  /** The entries that `static acl` permits at first; `undefined` means everything. */
  readonly acl: readonly Entry[] | undefined;
  /** The rates of `static limits`, by their `aclKey`. */
  readonly limits: ReadonlyMap<unknown, EventRate> | undefined;
  /** Whether a class of the chain overrides `dispatch`. */
  readonly wrapsDispatch: boolean;
  /** The class's `initialAcl` method. */
  readonly initialAcl: Method | undefined;
  /** The schemas of `static emits`. */
  readonly emits: OutboundSchemas | undefined;
  /** The members of the base classes. */
  readonly base: BaseMembers;
  /** Whether an instance's fields have been checked. Set by `assertNoShadow`. */
  fieldsChecked = false;

  readonly #exact: ReadonlyMap<string, Entry>;
  readonly #folded: ReadonlyMap<string, Entry>;
  readonly #spellings = new SpellingCache<Entry>();
  readonly #byMethod = new Map<PropertyKey, Entry>();

  constructor(ctor: unknown, bases: ReadonlySet<AnyClass>, base: BaseMembers) {
    const chain = chainOf(ctor, bases);
    this.name = className(ctor as AnyClass);
    this.base = base;
    const members = membersOf(chain, base);
    const maps = new TableBuilder(this.name, members, declaredHandlers(chain)).build();
    this.#exact = maps.exact;
    this.#folded = maps.folded;
    this.entries = [...new Set([...maps.exact.values(), ...maps.folded.values()])];
    for (const entry of this.entries) this.#byMethod.set(entry.method, entry);
    this.unbound = maps.unbound;
    this.hooks = hooksOf(chain);
    this.emits = OutboundSchemas.of(chain, this.name);
    this.wrapsDispatch = members.has('dispatch');
    const initialAcl = members.get('initialAcl')?.value;
    this.initialAcl = typeof initialAcl === 'function' ? (initialAcl as Method) : undefined;
    this.limits = this.#limitsOf(Reflect.get(ctor as AnyClass, 'limits'));
    const acl: unknown = Reflect.get(ctor as AnyClass, 'acl');
    this.acl = acl === undefined || acl === null ? undefined : this.named(acl);
  }

  /** @throws {ClassError} `SIO_CLASS_UNKNOWN_EVENT`, `SIO_CLASS_LIMITS` */
  #limitsOf(limits: unknown): ReadonlyMap<unknown, EventRate> | undefined {
    if (limits === undefined || limits === null) return undefined;
    return new Map(
      Object.entries(limits as Record<string, EventRate>).map(([event, rate]) => {
        this.#checkRate(event, rate);
        return [this.#named(event).aclKey, rate] as const;
      }),
    );
  }

  #checkRate(event: string, rate: EventRate): void {
    try {
      checkEventRate(`${this.name}.limits.${event}`, rate);
    } catch (error) {
      throw new ClassError('SIO_CLASS_LIMITS', (error as Error).message);
    }
  }

  /** Whether a fresh connection is restricted. */
  get hasAcl(): boolean {
    return this.acl !== undefined || this.initialAcl !== undefined;
  }

  /**
   * The entry for an event from the wire: of exactly this name, else of one that folds to the same. A number is looked
   * up as its text; anything else finds nothing.
   */
  find(event: unknown): Entry | undefined {
    if (typeof event === 'string') return this.#exact.get(event) ?? this.#findSpelling(event);
    return typeof event === 'number' ? this.find(String(event)) : undefined;
  }

  #findSpelling(event: string): Entry | undefined {
    const known = this.#spellings.get(event);
    if (known !== undefined) return known;
    const entry = this.#folded.get(foldEventName(event));
    if (entry !== undefined) this.#spellings.set(event, entry);
    return entry;
  }

  /**
   * The entries that an ACL's list of events means; a method's name will do for its event.
   * @throws {ClassError} `SIO_CLASS_UNKNOWN_EVENT` for one that the class does not have: a slip of the pen in an ACL
   * must not go unnoticed.
   */
  named(events: unknown): readonly Entry[] {
    if (typeof events === 'string' || !isIterable(events)) {
      throw new ClassError(
        'SIO_CLASS_UNKNOWN_EVENT',
        `An ACL of ${this.name} must be a list of events, not ${shown(events)}`,
      );
    }
    return Array.from(events, (event) => this.#named(event));
  }

  #named(event: unknown): Entry {
    const entry = this.find(event) ?? this.#byMethod.get(event as PropertyKey);
    if (entry !== undefined) return entry;
    throw new ClassError('SIO_CLASS_UNKNOWN_EVENT', `${this.name} has no event ${JSON.stringify(String(event))}`);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

const tables = new WeakMap<object, DispatchTable>();

/**
 * The table of a class, made on the first call for it.
 * @param bases the classes at which the user's part of the chain ends.
 * @param base what these own; found out from their prototypes if absent.
 * @throws {ClassError} for whatever is wrong with the class; see {@link ClassError.code}.
 */
export function tableOf(ctor: AnyClass, bases: ReadonlySet<AnyClass>, base?: BaseMembers): DispatchTable {
  let table = tables.get(ctor);
  if (table === undefined) {
    table = new DispatchTable(ctor, bases, base ?? baseMembers(bases));
    tables.set(ctor, table);
  }
  return table;
}
