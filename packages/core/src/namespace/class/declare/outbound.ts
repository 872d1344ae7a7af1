import { isThenable } from '../../../internal/events/lazy-emitter.js';
import { shown } from '../../../internal/shown.js';
import { Acks } from '../acks.js';
import { ClassError, className } from '../class-error.js';
import type { ChainLink } from '../dispatch/class-chain.js';
import { type ClientArguments, type EventSchema, type HandlerArguments, isEventSchema } from './argument-schema.js';
import { validateOutbound } from './validation.js';

/** The type of `static emits`: for each event a schema of its first argument, or `args(schema)` of all. */
export type StaticEmits = { readonly [event: string]: EventSchema };

/**
 * The events that a namespace emits, out of its `static emits`, for the first type argument of `Namespace`: what the
 * application passes, before a schema has made anything of it.
 */
export type Emitted<Emits extends StaticEmits> = {
  [Event in keyof Emits]: (...args: ClientArguments<Emits[Event]>) => void;
};

/** The events of `static emits` as clients get them. */
export type EmittedTo<Emits> = {
  [Event in keyof Emits]: Emits[Event] extends EventSchema ? (...args: HandlerArguments<Emits[Event]>) => void : never;
};

/** Checks what is emitted in a namespace. */
export class OutboundSchemas {
  readonly #schemas: ReadonlyMap<unknown, EventSchema>;
  readonly #owner: string;

  private constructor(owner: string, schemas: ReadonlyMap<unknown, EventSchema>) {
    this.#owner = owner;
    this.#schemas = schemas;
  }

  /** Those of all classes of a chain. @throws {ClassError} `SIO_CLASS_SCHEMA` for an invalid schema. */
  static of(chain: readonly ChainLink[], owner: string): OutboundSchemas | undefined {
    const schemas = new Map<unknown, EventSchema>();
    for (const { ctor } of chain) {
      const emits: unknown = Object.hasOwn(ctor, 'emits') ? Reflect.get(ctor, 'emits') : {};
      for (const [event, schema] of Object.entries(emits as object)) {
        if (!isEventSchema(schema)) {
          const place = `${className(ctor)}.emits[${JSON.stringify(event)}]`;
          throw new ClassError(
            'SIO_CLASS_SCHEMA',
            `${place}: the schema must be a Standard Schema, not ${shown(schema)}`,
          );
        }
        schemas.set(event, schema);
      }
    }
    return schemas.size === 0 ? undefined : new OutboundSchemas(owner, schemas);
  }

  /** The events that have a schema. */
  get declared(): { readonly event: string; readonly schema: EventSchema }[] {
    return Array.from(this.#schemas, ([event, schema]) => ({ event: String(event), schema }));
  }

  /**
   * Checks an event before it is sent.
   * @param data `[event, ...args]`, possibly with a callback behind.
   * @returns what to send instead. Events without a schema are sent as they are.
   * @throws TypeError when the arguments do not fit, or the schema takes its time: nothing has been sent then.
   */
  check(data: unknown[]): unknown[] {
    const schema = this.#schemas.get(data[0]);
    if (schema === undefined) return data;
    const callback = typeof data[data.length - 1] === 'function' ? [data[data.length - 1]] : [];
    const values = data.slice(1, data.length - callback.length);
    const what = `${this.#owner}: what is emitted as ${JSON.stringify(data[0])}`;
    const checked = validateOutbound(schema, values, what);
    if (isThenable(checked)) {
      // The result is not needed.
      checked.then(undefined, () => {});
      throw new TypeError(`${what} has a schema that is asynchronous, which emit cannot wait for`);
    }
    return [data[0], ...(checked as readonly unknown[]), ...callback];
  }
}

/**
 * Checks what a handler has returned, or what it promises.
 * @throws TypeError when it does not fit: from the call, or from the promise.
 */
export function checkedResult(schema: EventSchema, result: unknown, what: string): unknown {
  if (isThenable(result)) return result.then((value) => checkedResult(schema, value, what));
  const several = result instanceof Acks;
  const checked = validateOutbound(schema, several ? result.values : [result], what);
  const whole = (values: readonly unknown[]) => (several ? new Acks(values) : values[0]);
  return isThenable(checked) ? checked.then(whole) : whole(checked as readonly unknown[]);
}
