import type { Target } from './target.js';

/** Which clients an attacker speaks like. */
export type Generation = 'eio4' | 'eio3' | '0.9';

export const GENERATIONS: readonly Generation[] = ['eio4', 'eio3', '0.9'];
export const ENGINE: readonly Generation[] = ['eio4', 'eio3'];

/** One known vulnerability, and how to try it on a server. */
export interface Attack {
  /** Number of the CVE or advisory, or where it was told. */
  readonly id: string;
  /** Where it was, and what it did there. */
  readonly about: string;
  readonly generations: readonly Generation[];
  /** Tries it. @returns what the server did wrong, or nothing. @throws NotApplicable */
  run(target: Target, generation: Generation): Promise<string | undefined>;
}

/** The server has not got what the attack is about. */
export class NotApplicable extends Error {}

export type Verdict = 'withstood' | 'fell' | 'not applicable';

/** What came of an attack. */
export interface Result {
  readonly id: string;
  readonly generation: Generation;
  readonly verdict: Verdict;
  /** What went wrong, or why it does not apply. */
  readonly detail: string;
}
