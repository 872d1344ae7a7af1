import { Coverage } from './coverage.js';
import { Mutator } from './mutate.js';
import { Random } from './random.js';
import { Broken, type CrowdTarget, type Target } from './target.js';

export interface FuzzOptions {
  /** How many inputs are tried. */
  readonly inputs: number;
  /** Time (ms) after which no further ones are tried. @default no limit */
  readonly time?: number;
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
/** The same where an input takes a conversation. */
const CROWD_BATCH = { first: 24, last: 24 };

/** Tries mutated inputs on a target. Rejects with {@link Broken} for the first that it does not stand. */
export async function fuzz(
  target: Target | CrowdTarget,
  { inputs, time = Number.POSITIVE_INFINITY, seed, corpus = [], guidedBy, again = false }: FuzzOptions,
): Promise<FuzzResult> {
  const begin = performance.now();
  const random = new Random(seed);
  const mutator = new Mutator(target, random);
  const pool = [...target.seeds, ...corpus];
  const found: string[] = [];
  const crowd = 'runAll' in target;
  const { first, last } = crowd ? CROWD_BATCH : BATCH;
  const coverage = guidedBy === undefined ? undefined : new Coverage(guidedBy, again || crowd);
  try {
    await attempt(target, pool);
    coverage?.isNew(true);
    let tried = 0;
    for (let size = 0; tried < inputs && performance.now() - begin < time; tried += size) {
      size = Math.min(Math.max(first, Math.floor(tried / 50)), last, inputs - tried);
      const batch = Array.from({ length: size }, () => mutator.mutate(random.pick(pool), random.pick(pool)));
      await attempt(target, batch);
      if (coverage?.isNew(false) !== true) continue;
      const know = coverage.sighting();
      found.push(...(await search(target, batch, coverage, pool, crowd)));
      // Code that no input makes run again ran because of a timer, and is not searched for each time.
      if (crowd) know();
    }
    const covered = coverage?.size ?? 0;
    return { inputs: tried, found, covered, milliseconds: performance.now() - begin };
  } finally {
    coverage?.close();
  }
}

/**
 * Finds those of a batch that make new code run, by running halves of it again, and adds them to the pool.
 * @param sure no second look at the whole batch is needed
 */
async function search(
  target: Target | CrowdTarget,
  batch: readonly string[],
  coverage: Coverage,
  pool: string[],
  sure: boolean,
): Promise<string[]> {
  const found: string[] = [];
  const look = async (part: readonly string[]): Promise<void> => {
    coverage.isNew(false);
    await attempt(target, part);
    if (part.length === 1) {
      if (!coverage.isNew(true)) return;
      pool.push(part[0] as string);
      found.push(part[0] as string);
    } else if (coverage.isNew(false)) await halve(part);
  };
  const halve = async (part: readonly string[]): Promise<void> => {
    const middle = part.length >> 1;
    await look(part.slice(0, middle));
    await look(part.slice(middle));
  };
  await (sure && batch.length > 1 ? halve(batch) : look(batch));
  return found;
}

async function attempt(target: Target | CrowdTarget, inputs: readonly string[]): Promise<void> {
  if ('runAll' in target) return target.runAll(inputs);
  for (const input of inputs) {
    try {
      target.run(input);
    } catch (error) {
      throw error instanceof Broken ? error : new Broken(target, input, error);
    }
  }
}
