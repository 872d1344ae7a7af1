import { install } from '@sinonjs/fake-timers';

/** A clock that only moves when it is advanced. */
export interface FakeClock {
  /** The time since `useFakeClock()`. @unit ms */
  readonly now: number;
  /**
   * Advances the clock. Every timer that becomes due fires, and the work that it starts runs.
   * @param milliseconds the time to advance.
   */
  advance(milliseconds: number): Promise<void>;
  /** Restores the real clock. */
  restore(): void;
  /** The same as {@link restore}, for `using`. */
  [Symbol.dispose](): void;
}

const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const;

/** Time advances in steps, so that code that waits for a timer can set the next one in time. */
const STEP = 50;

/**
 * Stops the clock of this process: heartbeats, timeouts, `sleep`, `Date` and the application's own timers wait for
 * {@link FakeClock.advance}. `setImmediate` and `process.nextTick` keep working, so that packets are delivered. Call it before you create
 * the server, and call {@link FakeClock.restore} at the end.
 */
export function useFakeClock(): FakeClock {
  // Kept before they are faked.
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const clock = install({ toFake: [...FAKED], now: Date.now(), shouldClearNativeTimers: true });
  const begun = clock.now;
  const restore = () => clock.uninstall();
  return {
    get now() {
      return clock.now - begun;
    },
    async advance(milliseconds) {
      const until = clock.now + milliseconds;
      while (clock.now < until) {
        await clock.tickAsync(Math.min(STEP, until - clock.now));
        await turn();
        await turn();
      }
    },
    restore,
    [Symbol.dispose]: restore,
  };
}
