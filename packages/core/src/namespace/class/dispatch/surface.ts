import { type AnyClass, memberName } from '../class-error.js';
import { ArgumentsSchema, type EventSchema } from '../declare/argument-schema.js';
import { HOOK_NAMES } from '../hook-names.js';
import type { BaseMembers } from './base-members.js';
import { type DispatchTable, tableOf } from './dispatch-table.js';
import type { Entry, EntrySource } from './entry.js';

/** One event that clients can reach. */
export interface SurfaceEvent {
  /** The name of the event. */
  readonly event: string;
  /** The method's name as the source has it. */
  readonly method: string;
  /** The way in which the event is bound to the method: by the method's name, `@on` or `static events`. */
  readonly source: EntrySource;
  /** The library whose schema checks the arguments. */
  readonly schema: string | undefined;
  /** The number of predicates that guard the event. */
  readonly guards: number;
  /** Whether a new connection may send it; `undefined` if `initialAcl()` decides. */
  readonly allowed: boolean | undefined;
  /** The schema of the first argument, or `args(schema)` of all. */
  readonly accepts: EventSchema | undefined;
  /** The schema of the acknowledgement. */
  readonly answers: EventSchema | undefined;
}

/** One event of `static emits`. */
export interface SurfaceEmit {
  /** The name of the event. */
  readonly event: string;
  /** The schema of the first argument, or `args(schema)` of all. */
  readonly schema: EventSchema;
}

/** The part of a class that clients can reach. As a string it is a table. */
export interface Surface {
  /** The class's name. */
  readonly name: string;
  /** The events that clients may send. */
  readonly events: readonly SurfaceEvent[];
  /** The events of `static emits`. */
  readonly emits: readonly SurfaceEmit[];
  /** The hooks that the class chain declares. */
  readonly hooks: readonly string[];
  /** Methods that begin with `on` but serve no event. */
  readonly unbound: readonly string[];
  /** A table to print. */
  toString(): string;
}

/**
 * Describes everything of a class that a client can reach.
 * @throws {ClassError} as registration does.
 */
export function surfaceOf(ctor: AnyClass, bases: ReadonlySet<AnyClass>, base?: BaseMembers): Surface {
  return describeSurface(tableOf(ctor, bases, base));
}

/** Describes a table. */
export function describeSurface(table: DispatchTable): Surface {
  return {
    name: table.name,
    events: table.entries.map((entry) => describeEntry(table, entry)),
    emits: table.emits?.declared ?? [],
    hooks: HOOK_NAMES.filter((name) => table.hooks[name] !== undefined),
    unbound: table.unbound,
    toString() {
      return textOf(this);
    },
  };
}

function describeEntry(table: DispatchTable, entry: Entry): SurfaceEvent {
  const { event, method, source, schema, returns, guards } = entry;
  const plain = schema instanceof ArgumentsSchema ? schema.schema : schema;
  return {
    event,
    method: memberName(method),
    source,
    schema: plain && String(plain['~standard'].vendor),
    guards: guards?.length ?? 0,
    allowed: table.initialAcl ? undefined : allowedAtFirst(table, entry),
    accepts: schema,
    answers: returns,
  };
}

function allowedAtFirst({ acl }: DispatchTable, { aclKey }: Entry): boolean {
  return acl === undefined || acl.some((allowed) => allowed.aclKey === aclKey);
}

function textOf({ name, events, hooks, unbound }: Surface): string {
  const lines = [`${name}: ${events.length} ${events.length === 1 ? 'event' : 'events'}`];
  const width = Math.max(0, ...events.map(({ event }) => JSON.stringify(event).length));
  for (const event of events) lines.push(`  ${JSON.stringify(event.event).padEnd(width)}  ${detailsOf(event)}`);
  if (hooks.length > 0) lines.push(`  hooks: ${hooks.join(', ')}`);
  if (unbound.length > 0) lines.push(`  no events: ${unbound.join(', ')}`);
  return lines.join('\n');
}

function detailsOf({ method, source, schema, guards, allowed }: SurfaceEvent): string {
  const details = [`→ ${method}`, source === 'method' ? '(any spelling)' : `(${source})`];
  if (schema !== undefined) details.push(`checked by ${schema}`);
  if (guards > 0) details.push(`${guards} ${guards === 1 ? 'guard' : 'guards'}`);
  if (allowed === false) details.push('not in the ACL');
  if (allowed === undefined) details.push('as initialAcl() says');
  return details.join(' ');
}
