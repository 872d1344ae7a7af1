import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import type { Warn } from './warnings.js';

/** One option: its default, and what a given value comes to. Its docstring says what it is for, with `@unit` and `@default`. */
export interface OptionRow<Value, Default extends Value | undefined = undefined> {
  readonly default: Default;
  /**
   * The value as it is meant; undefined where it stands for the default.
   * @throws OptionError for an invalid value.
   */
  read(value: unknown, name: string, warn: Warn): Value | undefined;
}

/** The longest that timers take (ms). */
export const MAX_DURATION = 2 ** 31 - 1;

/** Numbers come as text out of the environment. */
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)) ? Number(value) : value;
}

function positive(value: unknown, name: string): number {
  const number = numberOf(value);
  if (typeof number === 'number' && number > 0) return number;
  throw new OptionError(`option ${name} must be a number above 0, not ${shown(value)}`);
}

function timed(duration: number, name: string): number {
  if (duration <= MAX_DURATION) return duration;
  throw new OptionError(`option ${name} must be at most ${MAX_DURATION} ms, not ${duration}`);
}

/** Milliseconds above 0. */
export function duration<const D extends number>(byDefault: D): OptionRow<number, D> {
  return { default: byDefault, read: (value, name) => timed(positive(value, name), name) };
}

/** Milliseconds, 0 included. */
export function durationOrNone<const D extends number>(byDefault: D): OptionRow<number, D> {
  return {
    default: byDefault,
    read(value, name) {
      if (value === null) return undefined;
      const number = numberOf(value);
      if (typeof number === 'number' && number >= 0) return timed(number, name);
      throw new OptionError(`option ${name} must be a number of at least 0, not ${shown(value)}`);
    },
  };
}

/** How much there may be of something: a number above 0, `Infinity` for no limit. */
export function limit<const D extends number>(byDefault: D): OptionRow<number, D> {
  return { default: byDefault, read: (value, name) => (value === null ? undefined : positive(value, name)) };
}

/** Whether something is done. Any value is taken, as by socket.io. */
export function flag<const D extends boolean>(byDefault: D): OptionRow<boolean, D> {
  return { default: byDefault, read: (value) => value as boolean };
}

/** Code of the application. A falsy value is absent, as for socket.io. */
export function code<Fn extends (...args: never[]) => unknown>(): OptionRow<Fn>;
export function code<Class>(): OptionRow<Class>;
export function code<Fn>(): OptionRow<Fn> {
  return {
    default: undefined,
    read(value, name) {
      if (!value) return undefined;
      if (typeof value === 'function') return value as Fn;
      throw new OptionError(`option ${name} must be a function, not ${shown(value)}`);
    },
  };
}

/** An object or a list, which the part of the server that uses it looks at more closely. `null` is absent, as for socket.io. */
export function parts<Value, const D extends Value | undefined = undefined>(
  byDefault?: D,
  read?: (value: Value, name: string, warn: Warn) => Value | undefined,
): OptionRow<Value, D> {
  return {
    default: (typeof byDefault === 'object' ? Object.freeze(byDefault) : byDefault) as D,
    read(value, name, warn) {
      if (value === null) return undefined;
      return read === undefined ? (value as Value) : read(value as Value, name, warn);
    },
  };
}

/** A value that is taken as it comes. */
export function anything<Value, const D extends Value | undefined = undefined>(
  byDefault?: D,
  read?: (value: unknown, name: string, warn: Warn) => Value | undefined,
): OptionRow<Value, D> {
  return { default: byDefault as D, read: read ?? ((value) => value as Value) };
}

/** One of a few texts; `aliases` are old names for them. */
export function choice<const Names extends readonly string[], const D extends Names[number]>(
  names: Names,
  byDefault: D,
  aliases: Readonly<Record<string, Names[number]>> = {},
): OptionRow<Names[number], D> {
  const expected = names.map((each) => `'${each}'`).join(' or ');
  return {
    default: byDefault,
    read(value, name) {
      const meant = typeof value === 'string' && Object.hasOwn(aliases, value) ? aliases[value] : value;
      if (names.includes(meant as string)) return meant as Names[number];
      throw new OptionError(`option ${name} must be ${expected}, not ${shown(value)}`);
    },
  };
}

/** A table of options. */
export type OptionTable = Readonly<Record<string, OptionRow<unknown, unknown>>>;

type ValueOf<Row> = Row extends OptionRow<infer Value, infer _> ? Value : never;

/** The options that a table describes, as users give them: docstrings of the rows are those of the properties. */
export type GivenOptions<Table> = { [Name in keyof Table]?: ValueOf<Table[Name]> | undefined };

/** The defaults of a table: those of the rows that have one. */
export type DefaultsOf<Table> = {
  readonly [Name in keyof Table as Table[Name] extends { readonly default: undefined }
    ? never
    : Name]: Table[Name] extends {
    readonly default: infer Default;
  }
    ? Default
    : never;
};

/** @returns the defaults, frozen. */
export function defaultsOf<Table extends object>(table: Table): DefaultsOf<Table> {
  const rows = Object.entries(table as OptionTable).filter(([, row]) => row.default !== undefined);
  return Object.freeze(Object.fromEntries(rows.map(([name, row]) => [name, row.default]))) as DefaultsOf<Table>;
}
