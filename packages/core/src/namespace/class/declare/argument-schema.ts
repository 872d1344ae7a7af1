import { type InputOf, isStandardSchema, type OutputOf, type StandardSchema } from './standard-schema.js';

/** A schema for all arguments of an event together; made by {@link args}. */
export class ArgumentsSchema<Schema extends StandardSchema = StandardSchema> {
  /** A schema of the list of arguments. */
  readonly schema: Schema;

  /** @internal Made by {@link args}. */
  constructor(schema: Schema) {
    this.schema = schema;
  }
}

/** A schema that gives an array. */
export type TupleSchema = StandardSchema<unknown, readonly unknown[]>;

/**
 * Makes a schema describe the whole list of an event's arguments instead of the first argument.
 *
 * @example
 * @on('move', args(z.tuple([z.number(), z.number()])))
 * onMove(x: number, y: number) { this.emit('moved', x, y); }
 */
export function args<Schema extends TupleSchema>(schema: Schema): ArgumentsSchema<Schema> {
  return new ArgumentsSchema(schema);
}

/** The schema beside an event's name: that of its first argument, or `args(schema)` of all of them. */
export type EventSchema = StandardSchema | ArgumentsSchema<TupleSchema>;

/** The arguments that a handler gets through a schema. */
export type HandlerArguments<Schema extends EventSchema> =
  Schema extends ArgumentsSchema<infer Inner extends StandardSchema>
    ? AsTuple<OutputOf<Inner>>
    : Schema extends StandardSchema
      ? [value: OutputOf<Schema>]
      : never;

/** The arguments that a client has to send for a schema. */
export type ClientArguments<Schema extends EventSchema> =
  Schema extends ArgumentsSchema<infer Inner extends StandardSchema>
    ? AsTuple<InputOf<Inner>>
    : Schema extends StandardSchema
      ? undefined extends InputOf<Schema>
        ? [value?: InputOf<Schema>]
        : [value: InputOf<Schema>]
      : never;

type AsTuple<Value> = Value extends readonly unknown[] ? [...Value] : never;

/** Whether `value` may stand as an {@link EventSchema}. */
export function isEventSchema(value: unknown): value is EventSchema {
  return isStandardSchema(value instanceof ArgumentsSchema ? value.schema : value);
}
