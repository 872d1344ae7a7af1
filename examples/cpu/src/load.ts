import { cpus } from 'node:os';

/** One measurement: seconds since 1970, and the load of each core in percent. */
export type Sample = readonly [time: number, ...cores: number[]];

interface Times {
  readonly busy: number;
  readonly all: number;
}

/** Measures the load between one call and the next. */
export function loadMeter(): () => Sample {
  let before = timesOfCores();
  return () => {
    const now = timesOfCores();
    const cores = now.map(({ busy, all }, core) => {
      const { busy: busyBefore, all: allBefore } = before[core] ?? { busy, all };
      return all === allBefore ? 0 : Math.round((100 * (busy - busyBefore)) / (all - allBefore));
    });
    before = now;
    return [Date.now() / 1000, ...cores];
  };
}

function timesOfCores(): Times[] {
  return cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
    busy: user + nice + sys + irq,
    all: user + nice + sys + irq + idle,
  }));
}
