import type { Server } from '@sio/core';

/** The resources after every client has left. */
export interface Sample {
  readonly seconds: number;
  /** Visits so far. */
  readonly visits: number;
  /** Bytes, after the garbage has been collected. */
  readonly heap: number;
  /** How many handles, requests and timers keep the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly sessions: number;
  readonly sockets: number;
  readonly rooms: number;
}

/** Takes a sample. Run it with `--expose-gc`. */
export function sample(io: Server, seconds: number, visits: number): Sample {
  if (globalThis.gc === undefined) throw new Error('Run it with --expose-gc: only what garbage leaves tells something');
  for (let round = 0; round < 3; round++) globalThis.gc();
  return {
    seconds,
    visits,
    heap: process.memoryUsage().heapUsed,
    resources: resources(),
    sessions: io.engine.clients.size,
    sockets: io.sockets.sockets.size,
    rooms: io.sockets.adapter.rooms.size,
  };
}

/** `Immediate`s belong to the code that takes the sample. */
export function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Whether there is more of any kind than before. */
export function exceeds(now: Sample['resources'], before: Sample['resources']): boolean {
  return Object.entries(now).some(([kind, count]) => count > (before[kind] ?? 0));
}

/** Samples before this share of all belong to warming up: code is compiled, caches and pools fill. */
const WARM = 1 / 2;

/** Fewer tell nothing about growth. */
export const FEWEST_SAMPLES = 12;

/**
 * Bytes that the heap has grown by for each visit, from the lowest sample of the first half after warming up to the lowest of the
 * second: what a wave leaves for a moment only, is in some of them and not in all.
 */
export function growth(samples: readonly Sample[]): number {
  const warm = samples.slice(Math.floor(samples.length * WARM));
  const half = warm.length >> 1;
  const [before, after] = [lowest(warm.slice(0, half)), lowest(warm.slice(half))];
  return (after.heap - before.heap) / (after.visits - before.visits);
}

function lowest(samples: readonly Sample[]): Sample {
  return samples.reduce((low, each) => (each.heap < low.heap ? each : low));
}
