import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { FuzzResult } from './fuzz.js';

const FILE = new URL('../../results/fuzz.json', import.meta.url);

/** The longest run of a target that was recorded. */
export interface Recorded {
  readonly inputs: number;
  readonly seed: number;
  readonly guided: boolean;
  readonly seconds: number;
  readonly node: string;
  readonly date: string;
}

/** Results so far, by name of the target. */
export function recorded(): Record<string, Recorded> {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Recorded>) : {};
}

/** Writes down that a target stood all inputs of a run. */
export function record(name: string, seed: number, { inputs, covered, milliseconds }: FuzzResult): void {
  const all = recorded();
  if ((all[name]?.inputs ?? 0) > inputs) return;
  all[name] = {
    inputs,
    seed,
    guided: covered > 0,
    seconds: Math.round(milliseconds / 1000),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`);
}
