import { Coverage } from './coverage.js';
import { mutate } from './mutate.js';
import { Random } from './random.js';
import { Broken, type Target } from './target.js';

export interface FuzzOptions {
  /** How many inputs are tried. */
  readonly inputs: number;
  /** The same seed tries the same inputs. */
  readonly seed: number;
  /** Inputs found earlier. */
  readonly corpus?: readonly string[];
  /** Guides the search by what code runs, in scripts whose URL this accepts. Without it inputs are only mutated. */
  readonly guidedBy?: (url: string) => boolean;
  /** Whether the code has been under test before in this process. @default false */
  readonly again?: boolean;
}

export interface FuzzResult {
  readonly inputs: number;
  /** Inputs that made code run which none before did, the seeds and the given corpus apart. */
  readonly found: readonly string[];
  /** Characters of code that ran; 0 when unguided. */
  readonly covered: number;
  readonly milliseconds: number;
}

/** Inputs between two looks at the coverage: few as long as there is much to find, many when looking costs more than it finds. */
const BATCH = { first: 1000, last: 10_000 };

/** Tries mutated inputs on a target. @throws Broken for the first that it does not stand */
export function fuzz(target: Target, { inputs, seed, corpus = [], guidedBy, again = false }: FuzzOptions): FuzzResult {
  const begin = performance.now();
  const random = new Random(seed);
  const pool = [...target.seeds, ...corpus];
  const found: string[] = [];
  const coverage = guidedBy === undefined ? undefined : new Coverage(guidedBy, again);
  try {
    for (const input of pool) attempt(target, input);
    coverage?.isNew(true);
    for (let tried = 0, size = 0; tried < inputs; tried += size) {
      size = Math.min(Math.max(BATCH.first, Math.floor(tried / 50)), BATCH.last, inputs - tried);
      const batch = makeBatch(pool, target.bytes, random, size);
      for (const input of batch) attempt(target, input);
      if (coverage?.isNew(false) === true) found.push(...search(target, batch, coverage, pool));
    }
    const covered = coverage?.size ?? 0;
    return { inputs, found, covered, milliseconds: performance.now() - begin };
  } finally {
    coverage?.close();
  }
}

function makeBatch(pool: readonly string[], bytes: boolean, random: Random, size: number): string[] {
  const batch: string[] = [];
  while (batch.length < size) batch.push(mutate(random.pick(pool), random.pick(pool), bytes, random));
  return batch;
}

/** Finds those of a batch that make new code run, by running halves of it again, and adds them to the pool. */
function search(target: Target, batch: readonly string[], coverage: Coverage, pool: string[]): string[] {
  const found: string[] = [];
  const look = (part: readonly string[]): void => {
    coverage.isNew(false);
    for (const input of part) attempt(target, input);
    if (part.length === 1) {
      if (!coverage.isNew(true)) return;
      pool.push(part[0] as string);
      found.push(part[0] as string);
      return;
    }
    if (!coverage.isNew(false)) return;
    const middle = part.length >> 1;
    look(part.slice(0, middle));
    look(part.slice(middle));
  };
  look(batch);
  return found;
}

function attempt(target: Target, input: string): void {
  try {
    target.run(input);
  } catch (error) {
    throw error instanceof Broken ? error : new Broken(target, input, error);
  }
}
