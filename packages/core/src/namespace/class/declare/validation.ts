import { isThenable } from '../../../internal/events/lazy-emitter.js';
import { ClientError } from '../../access/refusal.js';
import { ArgumentsSchema, type EventSchema } from './argument-schema.js';
import type { SchemaIssue } from './standard-schema.js';

/** One thing wrong with an event's arguments, as the client is told. */
export interface ArgumentIssue {
  /** Where, from the schema's root: the first argument, or with `args()` the list of arguments. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Checks an event's arguments.
 *
 * A schema describes the first argument, and the handler gets its output and nothing else; wrapped in `args()` it
 * describes the list. Asynchronous only when the schema is.
 *
 * @returns the arguments for the handler, as the schema gives them.
 * @throws {ClientError} `invalid_method_args` with at most 20 issues as data: from the call, or from the promise.
 * Whatever else a schema throws, or a `TypeError` if it answers neither with a value nor with issues, is the
 * application's fault and nothing for the client.
 */
export function validate(schema: EventSchema, values: readonly unknown[]): readonly unknown[] | Promise<unknown[]> {
  return check(schema, values, refused);
}

/** Makes an error of a value's issues. */
type Complain = (issues: readonly ArgumentIssue[], where: string) => Error;

/**
 * Checks what the application sends.
 * @param what for the message.
 * @returns the values to send, as the schema gives them.
 * @throws TypeError when it does not fit: from the call, or from the promise.
 */
export function validateOutbound(
  schema: EventSchema,
  values: readonly unknown[],
  what: string,
): readonly unknown[] | Promise<unknown[]> {
  return check(schema, values, (issues, where) => {
    return new TypeError(`${what} does not fit its schema${where}: ${issues[0]?.message ?? 'invalid'}`);
  });
}

function check(
  schema: EventSchema,
  values: readonly unknown[],
  complain: Complain,
): readonly unknown[] | Promise<unknown[]> {
  const whole = schema instanceof ArgumentsSchema;
  const { '~standard': standard } = whole ? schema.schema : schema;
  const result: unknown = standard.validate(whole ? values : values[0]);
  // The wait adopts a thenable of the schema's own making as well.
  if (isThenable(result)) return Promise.resolve(result).then((settled) => accepted(settled, whole, complain));
  return accepted(result, whole, complain);
}

function accepted(result: unknown, whole: boolean, complain: Complain): unknown[] {
  if (typeof result !== 'object' || result === null) throw nonsense('neither a value nor issues');
  const { issues, value } = result as { readonly issues?: unknown; readonly value?: unknown };
  if (issues !== undefined && issues !== null) throw complaint(issues, complain);
  if (!('value' in result)) throw nonsense('neither a value nor issues');
  if (!whole) return [value];
  if (!Array.isArray(value)) throw nonsense('no array for args()');
  return value;
}

const MAX_ISSUES = 20;
const MAX_TEXT = 200;

function complaint(issues: unknown, complain: Complain): Error {
  if (!Array.isArray(issues)) return nonsense('issues that are no array');
  const told = firstOf(issues, MAX_ISSUES).map(toldOf);
  const path = told[0]?.path ?? [];
  return complain(told, path.length === 0 ? '' : ` at ${path.join('.')}`);
}

function refused(issues: readonly ArgumentIssue[], where: string): Error {
  const [first] = issues;
  const message = first === undefined ? 'Invalid arguments' : `Invalid arguments${where}: ${first.message}`;
  return new ClientError('invalid_method_args', message.slice(0, MAX_TEXT), { issues });
}

function toldOf(issue: SchemaIssue): ArgumentIssue {
  return {
    path: firstOf(issue.path ?? [], MAX_ISSUES).map(keyOf),
    message: String(issue.message).slice(0, MAX_TEXT),
  };
}

/** A plain array: some libraries' lists are subclasses of `Array`, whose own methods would give such lists again. */
function firstOf<T>(list: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  for (const item of list) {
    if (first.length === count) break;
    first.push(item);
  }
  return first;
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === 'object' ? segment.key : segment;
  return typeof key === 'number' ? key : String(key);
}

function nonsense(what: string): TypeError {
  return new TypeError(`The schema answered with ${what}`);
}
