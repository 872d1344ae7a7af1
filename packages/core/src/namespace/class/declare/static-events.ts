import { shown } from '../../../internal/shown.js';
import { ClassError } from '../class-error.js';
import { type EventSchema, type HandlerArguments, isEventSchema } from './argument-schema.js';

/** A handler with its schema in `static events`; made by {@link event}. */
export class EventDefinition<
  Schema extends EventSchema = EventSchema,
  Handler extends string | ((...args: never[]) => unknown) = string | ((...args: never[]) => unknown),
> {
  /** The schema of the first argument, or `args(schema)` of all arguments. */
  readonly schema: Schema;
  /** The function, or the name of the method, that handles the event. */
  readonly handler: Handler;
  /** The schema of what the handler returns, if any. */
  readonly returns: EventSchema | undefined;

  /** @internal Made by {@link event}. */
  constructor(schema: Schema, handler: Handler, returns?: EventSchema) {
    this.schema = schema;
    this.handler = handler;
    this.returns = returns;
  }
}

/**
 * What `static events` may hold: the name of a method, a function (called with the connection's object as `this`), or
 * one of both with a schema by means of {@link event}.
 */
export type StaticEvents = { readonly [event: string]: string | ((...args: never[]) => unknown) | EventDefinition };

/**
 * Puts a schema before a handler in `static events`; the handler's parameters are inferred from it.
 *
 * @param schema of the first argument, or `args(schema)` of all.
 * @param handler a function, whose `this` is the connection's object, or the name of a method.
 * @param returns of what the handler returns; what does not fit is not sent, but reported.
 * @throws {ClassError} `SIO_CLASS_SCHEMA` for an invalid schema, `SIO_CLASS_HANDLER` for no handler.
 *
 * @example
 * class ChatNamespace extends Namespace {
 *   static events = {
 *     chat: event(z.string(), function (this: ChatNamespace, text) { return { length: text.length }; }),
 *   } as const;
 * }
 */
export function event<Schema extends EventSchema, This, Result>(
  schema: Schema,
  handler: (this: This, ...args: HandlerArguments<Schema>) => Result,
  returns?: EventSchema,
): EventDefinition<Schema, (...args: HandlerArguments<Schema>) => Result>;
export function event<Schema extends EventSchema, const Name extends string>(
  schema: Schema,
  handler: Name,
  returns?: EventSchema,
): EventDefinition<Schema, Name>;
export function event(
  schema: EventSchema,
  handler: string | ((...args: never[]) => unknown),
  returns?: EventSchema,
): EventDefinition {
  if (!isEventSchema(schema) || (returns !== undefined && !isEventSchema(returns)))
    throw new ClassError('SIO_CLASS_SCHEMA', `event(): the schema must be a Standard Schema, not ${shown(schema)}`);
  if (typeof handler !== 'function' && typeof handler !== 'string') {
    throw new ClassError(
      'SIO_CLASS_HANDLER',
      `event(): the handler must be a function or the name of a method, not ${shown(handler)}`,
    );
  }
  return new EventDefinition(schema, handler, returns);
}
