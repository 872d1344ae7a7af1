import timers from 'node:timers';

// Kept when this module is loaded: test tools replace the timers of the global object, of the module `timers`, and the clock.

export const genuineTimeout: typeof setTimeout = timers.setTimeout as typeof setTimeout;
export const genuineImmediate: typeof setImmediate = timers.setImmediate;
export const genuineInterval: typeof setInterval = timers.setInterval as typeof setInterval;
export const clearGenuineTimeout: typeof clearTimeout = timers.clearTimeout;
export const clearGenuineInterval: typeof clearInterval = timers.clearInterval;
/** Monotonic milliseconds. */
export const genuineNow: () => number = performance.now.bind(performance);
