import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import type { HistoryQuery } from './contracts.js';

/** Names, by pattern: `*` stands for any characters. */
export type NamePattern = string | RegExp | readonly (string | RegExp)[];

/** Rooms whose last events are kept, for clients that join later. */
export interface HistoryOptions {
  /** The rooms: `'chat:*'`, a pattern, or a list. A socket's own room has no history. */
  readonly rooms: NamePattern;
  /** The namespaces that they are in. @default '/' */
  readonly namespaces?: NamePattern | undefined;
  /** Events of one room that are kept. @unit events @default 100 */
  readonly size?: number | undefined;
  /** How long an event is kept. @unit ms @default 3600000 */
  readonly ttl?: number | undefined;
  /** Bytes of one room's events, as they are encoded; beyond, the oldest are dropped. @unit bytes @default 1000000 */
  readonly maxBytes?: number | undefined;
  /** Each event has its offset as its last argument, with which the client can ask for what comes behind it. @default false */
  readonly offsets?: boolean | undefined;
}

/** How much of a room's events is kept. */
export interface HistoryRule {
  /** How many events of one room are kept. */
  readonly size: number;
  /** How long an event is kept (ms). */
  readonly ttl: number;
  /** Bytes that the encoded events of one room may take. */
  readonly maxBytes: number;
  /** Whether each event has its offset as its last argument. */
  readonly offsets: boolean;
}

/** The defaults of {@link HistoryOptions}. */
export const historyDefaults = Object.freeze({
  namespaces: '/',
  size: 100,
  ttl: 3_600_000,
  maxBytes: 1_000_000,
  offsets: false,
} as const satisfies Omit<HistoryOptions, 'rooms'>);

/** The longest that timers take (ms). */
const LONGEST = 2 ** 31 - 1;

type Matches = (name: string) => boolean;

interface Pattern {
  readonly matches: Matches;
  readonly rule: HistoryRule;
}

/** The rooms of a namespace that have a history. */
export class HistoryRules {
  readonly #patterns: readonly Pattern[];

  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns;
  }

  /** The first rule for a room; undefined for a room without a history. */
  ruleOf(room: string): HistoryRule | undefined {
    for (const { matches, rule } of this.#patterns) if (matches(room)) return rule;
    return undefined;
  }
}

/** The histories of all namespaces. */
export interface HistoryPolicy {
  /** The rules for a namespace; undefined if none of its rooms has a history. */
  of(namespace: string): HistoryRules | undefined;
}

/**
 * Reads the option `history`.
 * @throws OptionError for an invalid rule.
 */
export function historyPolicy(
  given: HistoryOptions | readonly HistoryOptions[] | undefined | false,
): HistoryPolicy | undefined {
  if (!given) return undefined;
  const list = (Array.isArray(given) ? given : [given]) as readonly HistoryOptions[];
  const patterns = list.map((options) => ({
    isFor: matcher(options?.namespaces ?? historyDefaults.namespaces, 'namespaces'),
    matches: matcher(options?.rooms, 'rooms'),
    rule: ruleFrom(options),
  }));
  if (patterns.length === 0) return undefined;
  return {
    of(namespace) {
      const own = patterns.filter(({ isFor }) => isFor(namespace));
      return own.length === 0 ? undefined : new HistoryRules(own);
    },
  };
}

function ruleFrom(options: HistoryOptions): HistoryRule {
  const ttl = above0(options, 'ttl');
  if (ttl > LONGEST) throw new OptionError(`option history.ttl must be at most ${LONGEST} ms, not ${ttl}`);
  return {
    size: above0(options, 'size'),
    ttl,
    maxBytes: above0(options, 'maxBytes'),
    offsets: options.offsets ?? historyDefaults.offsets,
  };
}

function above0(options: HistoryOptions, name: 'size' | 'ttl' | 'maxBytes'): number {
  const value = options[name] ?? historyDefaults[name];
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new OptionError(`option history.${name} must be a whole number above 0, not ${shown(value)}`);
}

function matcher(pattern: NamePattern, name: string): Matches {
  const list = Array.isArray(pattern) ? (pattern as readonly (string | RegExp)[]) : [pattern as string | RegExp];
  const tests = list.map((each) => {
    if (each instanceof RegExp) return (text: string) => text.search(each) >= 0;
    if (typeof each === 'string' && each !== '') return wildcard(each);
    throw new OptionError(
      `option history.${name} must be a name such as 'chat:*', a pattern, or a list of them, not ${shown(each)}`,
    );
  });
  const [only] = tests;
  if (only === undefined)
    throw new OptionError(`option history.${name} must name at least one room, not be an empty list`);
  return tests.length === 1 ? only : (text) => tests.some((test) => test(text));
}

/** By hand, as names come from clients: a regular expression with several `.*` takes long for some. */
function wildcard(pattern: string): Matches {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** @throws RangeError for an invalid `rewind`. @returns the number of events that are wanted at most. */
export function rewindOf({ rewind }: HistoryQuery, { size }: HistoryRule): number {
  if (rewind === undefined) return size;
  if (typeof rewind === 'number' && rewind >= 0) return Math.min(Math.floor(rewind), size);
  throw new RangeError(`rewind must be a number of events, at least 0, not ${shown(rewind)}`);
}
