import { ClassError, memberName } from '../class-error.js';
import type { EventSchema } from '../declare/argument-schema.js';
import { hookLike, isHookName } from '../hook-names.js';
import type { Method } from '../hooks.js';
import type { Entry, EntrySource } from './entry.js';
import { eventOfMethod, foldEventName } from './event-name.js';
import type { DeclaredHandlers, MethodFacts } from './handler-list.js';
import type { Member } from './member-list.js';

/** The events of a class, by the two ways in which a name finds its entry. */
export interface EventMaps {
  /** By exact name: everything bound, and each method's event as its name gives it. */
  readonly exact: ReadonlyMap<string, Entry>;
  /** By folded name: what methods serve by their names. */
  readonly folded: ReadonlyMap<string, Entry>;
  /** Methods that a reader might take for handlers and that are none (`online`, `on_`). */
  readonly unbound: readonly string[];
}

/** Decides which event finds which method. */
export class TableBuilder {
  readonly #owner: string;
  readonly #members: ReadonlyMap<PropertyKey, Member>;
  readonly #declared: DeclaredHandlers;
  readonly #bound = new Map<string, Entry>();
  readonly #folded = new Map<string, Entry>();
  readonly #unbound: string[] = [];

  constructor(owner: string, members: ReadonlyMap<PropertyKey, Member>, declared: DeclaredHandlers) {
    this.#owner = owner;
    this.#members = members;
    this.#declared = declared;
  }

  /** @throws {ClassError} for everything that would make the answer doubtful. */
  build(): EventMaps {
    for (const member of this.#members.values()) this.#addByName(member);
    for (const [key, facts] of this.#declared.methods) this.#addBindings(key, facts);
    for (const { event, handler, schema, returns } of this.#declared.functions.values()) {
      const facts = { guards: [], returns };
      this.#bind(this.#entry(event, event, handler, schema, facts, 'static events', handler));
    }
    const exact = new Map(this.#bound);
    for (const entry of this.#folded.values()) if (!exact.has(entry.event)) exact.set(entry.event, entry);
    return { exact, folded: this.#folded, unbound: this.#unbound };
  }

  #addByName({ key, value }: Member): void {
    if (typeof key !== 'string' || typeof value !== 'function' || isHookName(key)) return;
    const event = eventOfMethod(key);
    if (event === undefined) {
      if (key.startsWith('on')) this.#unbound.push(key);
      return;
    }
    const facts = this.#declared.methods.get(key);
    const hook = hookLike(key);
    if (hook !== undefined) {
      if (facts === undefined || facts.bindings.size === 0) throw this.#nearlyHook(key, hook);
      return;
    }
    const schema = facts && this.#onlySchema(key, facts);
    this.#addFolded(this.#entry(event, key, value as Method, schema, facts, 'method', key));
  }

  #addFolded(entry: Entry): void {
    const fold = foldEventName(entry.event);
    const other = this.#folded.get(fold);
    if (other !== undefined) throw this.#duplicate(entry, other);
    this.#folded.set(fold, entry);
  }

  #addBindings(key: PropertyKey, facts: MethodFacts): void {
    if (facts.bindings.size === 0) {
      if (!this.#isHandler(key)) throw this.#pointless(key, facts);
      return;
    }
    const invoke = this.#method(key, facts);
    for (const { event, schema, source } of facts.bindings.values()) {
      const needed = schema ?? this.#onlySchema(key, facts);
      this.#bind(this.#entry(event, key, invoke, needed, facts, source, key));
    }
  }

  #isHandler(key: PropertyKey): boolean {
    return typeof key === 'string' && this.#folded.get(foldEventName(eventOfMethod(key) ?? ''))?.method === key;
  }

  #method(key: PropertyKey, { access, bindings }: MethodFacts): Method {
    // A #private method stands on no prototype: only the decorator's own access reaches it.
    if (access !== undefined) return privateMethod(access);
    const value = this.#members.get(key)?.value;
    if (typeof value === 'function') return value as Method;
    const events = [...bindings.keys()].map((event) => JSON.stringify(event)).join(', ');
    throw new ClassError(
      'SIO_CLASS_HANDLER',
      `${this.#owner} binds ${events} to ${memberName(key)}, which is not a method of it`,
    );
  }

  #bind(entry: Entry): void {
    const other = this.#bound.get(entry.event);
    if (other !== undefined) throw this.#duplicate(entry, other);
    this.#bound.set(entry.event, entry);
  }

  /** The schema that guards those names of a method which have none of their own. */
  #onlySchema(key: PropertyKey, { bindings }: MethodFacts): EventSchema | undefined {
    const schemas = new Set<EventSchema>();
    for (const { schema } of bindings.values()) if (schema !== undefined) schemas.add(schema);
    if (schemas.size > 1) throw this.#twoSchemas(key);
    return schemas.values().next().value;
  }

  #entry(
    event: string,
    method: PropertyKey,
    invoke: Method,
    schema: EventSchema | undefined,
    facts: Pick<MethodFacts, 'guards' | 'returns'> | undefined,
    source: EntrySource,
    aclKey: PropertyKey | Method,
  ): Entry {
    const all = [...this.#declared.guards, ...(facts?.guards ?? [])];
    const guards = all.length === 0 ? undefined : all;
    return { event, method, invoke, schema, returns: facts?.returns, guards, source, aclKey };
  }

  #duplicate(entry: Entry, other: Entry): ClassError {
    return new ClassError(
      'SIO_CLASS_DUPLICATE_EVENT',
      `${this.#owner} serves the event ${JSON.stringify(entry.event)} twice: by ${describe(other)} and by ${describe(entry)}`,
    );
  }

  #nearlyHook(key: string, hook: string): ClassError {
    return new ClassError(
      'SIO_CLASS_HOOK',
      `${this.#owner}.${key} is neither a hook nor an event: name it ${hook} exactly, or bind an event to it with @on`,
    );
  }

  #pointless(key: PropertyKey, { guards }: MethodFacts): ClassError {
    const [decorator, does] = guards.length > 0 ? ['@allow', 'guards'] : ['@returns', 'checks'];
    return new ClassError(
      'SIO_CLASS_DECORATOR',
      `${decorator} on ${this.#owner}.${memberName(key)} ${does} nothing: no event reaches this method`,
    );
  }

  #twoSchemas(key: PropertyKey): ClassError {
    return new ClassError(
      'SIO_CLASS_SCHEMA',
      `${this.#owner}.${memberName(key)} has several schemas and an event without one (by its name, or by @on): ` +
        'give each event its schema, and the method a name that does not begin with "on"',
    );
  }
}

function privateMethod(access: (target: object) => unknown): Method {
  return function (this: object, ...args: unknown[]) {
    return (access(this) as Method).apply(this, args);
  };
}

function describe({ method, source, event }: Entry): string {
  const name = memberName(method);
  if (source === 'method') return name;
  return source === '@on' ? `${name} (@on)` : `static events[${JSON.stringify(event)}] (${name})`;
}
