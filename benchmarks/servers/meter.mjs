// Measures its own process, which is that of the server under test. Each function is a command of `host.mjs`.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

/** The histogram's timer period in ms, which is part of every value it records. */
const DELAY_RESOLUTION = 1;

let began = 0;
let cpu = process.cpuUsage();
const profiler = new Session();
const delays = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION });

/** Collects the garbage of what came before, so that it does not weigh on what is measured. */
export function collect() {
  if (!globalThis.gc) throw new Error('servers are run with --expose-gc');
  globalThis.gc();
}

/** Begins a window of CPU time. */
export function mark() {
  began = performance.now();
  cpu = process.cpuUsage();
}

/** Ends the window: microseconds; wall in milliseconds. */
export const read = () => ({ ...process.cpuUsage(cpu), wall: performance.now() - began });

export async function profile() {
  profiler.connect();
  await profiler.post('Profiler.enable');
  await profiler.post('Profiler.setSamplingInterval', { interval: 200 }); // microseconds
  await profiler.post('Profiler.start');
}

/** @param {{ path: string }} file */
export async function saveProfile({ path }) {
  const { profile } = await profiler.post('Profiler.stop');
  writeFileSync(path, JSON.stringify(profile));
  profiler.disconnect();
}

/** The memory in use after a full garbage collection. */
export async function memory() {
  for (let i = 0; i < 4; i++) {
    await wait(50);
    collect();
  }
  return process.memoryUsage();
}

/** @returns {string} the file with a snapshot of the heap, which the caller removes */
export const snapshot = () => writeHeapSnapshot(join(tmpdir(), `bench-${process.pid}.heapsnapshot`));

export const watchDelay = () => delays.enable();

/** @returns {{ p50: number, p99: number, max: number }} milliseconds by which the event loop was late */
export function readDelay() {
  delays.disable();
  const late = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION);
  return { p50: late(delays.percentile(50)), p99: late(delays.percentile(99)), max: late(delays.max) };
}
