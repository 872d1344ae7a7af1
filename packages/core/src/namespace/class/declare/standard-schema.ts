/**
 * The member that every validation library with Standard Schema 1 (zod, valibot, arktype and others) puts on its schemas.
 * Declared here from the public specification, so that no such library is needed.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Exists for the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The verdict of a schema on a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing wrong with a value, and where. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The type that a schema takes. */
export type InputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['input'];

/** The type that a schema gives. */
export type OutputOf<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output'];

/** Whether `value` has the form of a Standard Schema of version 1. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  // Some libraries' schemas are functions.
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  const standard: unknown = (value as Partial<StandardSchema>)['~standard'];
  return typeof standard === 'object' && standard !== null && 'validate' in standard;
}
