import type { EventSchema } from '@sio/core';
import type { JsonSchema, Reference } from './document.js';
import type { Ids } from './ids.js';

/** `input` for data before validation, as clients send it; `output` for data after validation, as clients receive it. */
export type Direction = 'input' | 'output';

/** A schema that {@link SchemaOptions.jsonSchema} may convert: any Standard Schema. */
export interface ConvertibleSchema {
  /** As Standard Schema and Standard JSON Schema have it. */
  readonly '~standard': {
    readonly vendor: string;
    readonly validate: (value: unknown) => unknown;
    readonly jsonSchema?: Readonly<Record<Direction, (options: { readonly target: string }) => object>> | undefined;
  };
}

/** Options of `asyncapi()` for schemas. */
export interface SchemaOptions {
  /**
   * Converts a schema whose library does not implement Standard JSON Schema.
   * @param direction `input` for data that clients send, `output` for data that they receive.
   * @returns a JSON Schema of draft 7, or `undefined` to ask the schema itself.
   */
  readonly jsonSchema?: (schema: ConvertibleSchema, direction: Direction) => object | undefined;
  /** Whether a schema without a JSON Schema is an error (`throw`) or allows any value (`anything`). Default: `throw`. */
  readonly withoutJsonSchema?: 'throw' | 'anything';
}

const DRAFT = 'draft-07';
const ANYTHING: JsonSchema = { description: 'The server checks this with a schema that has no JSON Schema.' };
const UNDECLARED: JsonSchema = { type: 'array', description: 'The class declares no schema.' };

/** Advice for libraries that need a second package. */
const REMEDIES: Readonly<Record<string, string>> = {
  valibot: 'wrap it in toStandardJsonSchema() of @valibot/to-json-schema',
};

/** Values of these keywords are data, not schemas. */
const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'example', 'examples']);

/** Collects the schemas of a document. The document has each schema once per direction. */
export class Schemas {
  readonly components: Record<string, JsonSchema> = {};
  readonly #references: Readonly<Record<Direction, Map<ConvertibleSchema, Reference>>> = {
    input: new Map(),
    output: new Map(),
  };
  readonly #ids: Ids;
  readonly #options: SchemaOptions;

  constructor(ids: Ids, options: SchemaOptions) {
    this.#ids = ids;
    this.#options = options;
  }

  /**
   * A JSON Schema of the list of arguments.
   * @param name of the schema in the document.
   * @param what for messages.
   * @throws TypeError for a schema without a JSON Schema.
   */
  payload(schema: EventSchema | undefined, direction: Direction, name: string, what: string): JsonSchema {
    if (schema === undefined) return UNDECLARED;
    if (!('~standard' in schema)) return { ...this.#reference(schema.schema, direction, name, what) };
    const reference = this.#reference(schema, direction, name, what);
    return { type: 'array', items: [reference], ...(takesUndefined(schema) ? {} : { minItems: 1 }) };
  }

  #reference(schema: ConvertibleSchema, direction: Direction, name: string, what: string): Reference {
    const known = this.#references[direction].get(schema);
    if (known !== undefined) return known;
    const id = this.#ids.of(name);
    const made = { $ref: `#/components/schemas/${id}` };
    this.#references[direction].set(schema, made);
    const { $schema: _, ...plain } = this.#convert(schema, direction, what);
    this.components[id] = moved(plain, made.$ref) as JsonSchema;
    return made;
  }

  #convert(schema: ConvertibleSchema, direction: Direction, what: string): JsonSchema {
    const { vendor, jsonSchema } = schema['~standard'];
    let reason = '';
    try {
      const converted = this.#options.jsonSchema?.(schema, direction) ?? jsonSchema?.[direction]({ target: DRAFT });
      // A value without a form in JSON fails here, and not when the document is served.
      if (converted !== undefined) return JSON.parse(JSON.stringify(converted)) as JsonSchema;
    } catch (error) {
      reason = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (this.#options.withoutJsonSchema === 'anything') return ANYTHING;
    const remedy = (reason === '' ? REMEDIES[vendor] : undefined) ?? 'convert it with the option jsonSchema';
    const advice = `${remedy}, or let anything stand there with withoutJsonSchema: 'anything'`;
    throw new TypeError(`${what}: the schema of ${vendor} has no JSON Schema${reason}; ${advice}`);
  }
}

/** Whether a client may leave the argument out. */
function takesUndefined(schema: ConvertibleSchema): boolean {
  try {
    const result = schema['~standard'].validate(undefined) as { readonly issues?: unknown } | PromiseLike<unknown>;
    if (!('then' in result)) return result.issues === undefined;
    result.then(undefined, () => {});
  } catch {
    // A schema of the application may fail for a value that it does not expect.
  }
  return false;
}

/** Rewrites a schema's references to itself to its place in the document. */
function moved(part: unknown, place: string): unknown {
  if (Array.isArray(part)) return part.map((each) => moved(each, place));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([keyword, value]) => {
      if (keyword === '$ref' && typeof value === 'string' && value.startsWith('#')) {
        return [keyword, place + value.slice(1)];
      }
      return [keyword, DATA.has(keyword) ? value : moved(value, place)];
    }),
  );
}
