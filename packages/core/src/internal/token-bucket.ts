import { OptionError } from './option-error.js';
import { shown } from './shown.js';

/** A rate: `burst` at once, `perSecond` in the long run. */
export interface Rate {
  /** The most events at once: the tokens of a full bucket. */
  readonly burst: number;
  /** Tokens that are added each second. */
  readonly perSecond: number;
}

/**
 * A token bucket that is one number, the time at which it will be full again: nothing has to refill it, and taking from it
 * allocates nothing.
 */
export class TokenBucket {
  #full = 0;

  /**
   * Takes `cost` tokens if there are as many.
   * @param now monotonic milliseconds.
   * @returns 0, or the milliseconds after which there will be.
   */
  take({ burst, perSecond }: Rate, cost: number, now: number): number {
    const perToken = 1000 / perSecond;
    const full = Math.max(this.#full, now) + cost * perToken;
    const wait = full - now - burst * perToken;
    if (wait > 0) return Math.ceil(wait);
    this.#full = full;
    return 0;
  }

  /** Takes tokens that may not be there: they are missing until the bucket has made up for them. */
  owe({ perSecond }: Rate, cost: number, now: number): void {
    this.#full = Math.max(this.#full, now) + (cost * 1000) / perSecond;
  }

  isFull(now: number): boolean {
    return this.#full <= now;
  }
}

/** @throws OptionError for an invalid rate. */
export function checkRate(name: string, rate: unknown): void {
  const { burst, perSecond } = (rate ?? {}) as Partial<Rate>;
  if (!(typeof burst === 'number' && burst > 0 && typeof perSecond === 'number' && perSecond > 0)) {
    const given = `{ burst: ${shown(burst)}, perSecond: ${shown(perSecond)} }`;
    throw new OptionError(`${name} must be { burst, perSecond } with both above 0, not ${shown(rate, given)}`);
  }
}
