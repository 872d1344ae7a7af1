import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { monotonicClock, SecondWheel, wallClock } from '../../src/internal/time/second-wheel.js';

const HOUR = 3_600_000;

describe('the wheel of seconds', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  test('a duration is over in time although the clock is set back by an hour', () => {
    const due = vi.fn();
    const wheel = new SecondWheel<object>(due, monotonicClock);
    const item = {};
    wheel.set(item, performance.now() + 5000);
    vi.advanceTimersByTime(1000);
    vi.setSystemTime(Date.now() - HOUR);
    vi.advanceTimersByTime(3000);
    expect(due).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2000);
    expect(due.mock.calls).toEqual([[item]]);
  });

  test('a duration is not over early although the clock is set on by an hour', () => {
    const due = vi.fn();
    const wheel = new SecondWheel<object>(due, monotonicClock);
    wheel.set({}, performance.now() + 60_000);
    vi.setSystemTime(Date.now() + HOUR);
    vi.advanceTimersByTime(50_000);
    expect(due).not.toHaveBeenCalled();
  });

  test('a time of the day comes when the system says so, set on or back', () => {
    const due = vi.fn();
    const wheel = new SecondWheel<object>(due, wallClock);
    const at = Date.now() + HOUR;
    wheel.set({}, at);
    vi.setSystemTime(Date.now() - HOUR);
    vi.advanceTimersByTime(HOUR);
    expect(due).not.toHaveBeenCalled();
    vi.setSystemTime(at);
    vi.advanceTimersByTime(1000);
    expect(due).toHaveBeenCalledTimes(1);
  });
});
