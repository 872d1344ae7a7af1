import type { EventSchema } from '../declare/argument-schema.js';
import type { Guard } from '../declare/declarations.js';
import type { Method } from '../hooks.js';

/** How a class came to serve an event: by the method's name, by the decorator, or by its table. */
export type EntrySource = 'method' | '@on' | 'static events';

/** An event that a class serves. */
export interface Entry {
  /** The event's name: exact if bound, else as the method's name gives it. */
  readonly event: string;
  /** The method's name; for a function in `static events` the event's. */
  readonly method: PropertyKey;
  /** Called with the connection's object as `this`. */
  readonly invoke: Method;
  readonly schema: EventSchema | undefined;
  /** The schema of what the method returns. */
  readonly returns: EventSchema | undefined;
  /** All of them must agree, those of the class first. */
  readonly guards: readonly Guard<never>[] | undefined;
  readonly source: EntrySource;
  /** The key of ACLs and rates: the same for all names of one method. */
  readonly aclKey: PropertyKey | Method;
}
