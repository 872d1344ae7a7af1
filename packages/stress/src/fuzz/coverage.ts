import type { Profiler } from 'node:inspector';
import { V8Profiler } from '../profiler.js';

/**
 * Which characters of the code under test have run, as V8 counts them. Reading costs about a millisecond, so that it is done
 * for many inputs at a time.
 */
export class Coverage {
  readonly #profiler = new V8Profiler();
  readonly #concerns: (url: string) => boolean;
  /** Per script one byte per character: 1 once it has run. */
  readonly #seen = new Map<string, Uint8Array>();
  #size = 0;
  /** The code that had run before the last look, by script. */
  #sighted = new Map<string, Uint8Array>();

  /**
   * @param concerns whether the script of this URL is under test
   * @param everyRun also what has run before in this process: dearer by far
   */
  constructor(concerns: (url: string) => boolean, everyRun = false) {
    this.#concerns = concerns;
    this.#profiler.post('Profiler.startPreciseCoverage', { callCount: everyRun, detailed: true });
    // Code that ran before is nothing new.
    this.#profiler.post('Profiler.takePreciseCoverage');
  }

  /** Characters of code that have run so far. */
  get size(): number {
    return this.#size;
  }

  /** Whether code ran since the last call that had never run before. @param keep whether it counts as known from now on */
  isNew(keep: boolean): boolean {
    let found = false;
    const { result } = this.#profiler.post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType;
    this.#sighted = new Map();
    for (const { url, functions } of result) {
      if (this.#concerns(url) && this.#paint(url, functions, keep)) found = true;
    }
    return found;
  }

  #paint(url: string, functions: readonly Profiler.FunctionCoverage[], keep: boolean): boolean {
    const end = Math.max(0, ...functions.map(({ ranges }) => ranges[0]?.endOffset ?? 0));
    const ran = new Uint8Array(end);
    // Outer ranges come before inner ones, which correct them.
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    }
    this.#sighted.set(url, ran);
    return keep ? this.#learn(url, ran) : this.#seenOf(url, end).some((seen, i) => seen === 0 && ran[i] === 1);
  }

  #learn(url: string, ran: Uint8Array): boolean {
    const seen = this.#seenOf(url, ran.length);
    let found = false;
    for (let i = 0; i < ran.length; i++) {
      if (ran[i] === 0 || seen[i] === 1) continue;
      found = true;
      seen[i] = 1;
      this.#size++;
    }
    return found;
  }

  /** @returns a way to let what ran before the last look count as known after all. */
  sighting(): () => void {
    const sighted = this.#sighted;
    return () => {
      for (const [url, ran] of sighted) this.#learn(url, ran);
    };
  }

  #seenOf(url: string, size: number): Uint8Array {
    const seen = this.#seen.get(url) ?? new Uint8Array(0);
    if (seen.length >= size) return seen;
    const grown = new Uint8Array(size);
    grown.set(seen);
    this.#seen.set(url, grown);
    return grown;
  }

  close(): void {
    this.#profiler.close();
  }
}
