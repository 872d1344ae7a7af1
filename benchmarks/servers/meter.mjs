// Measures the process it lives in, that of the server under test. Each function is a command of `host.mjs`.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

/** The histogram's timer period in ms, which is part of every value it records. */
const DELAY_RESOLUTION = 1;

/** Microseconds between two samples of a CPU profile. */
const PROFILE_INTERVAL = 200;

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

/** Ends the window. @returns {{ user: number, system: number, wall: number }} microseconds; wall in milliseconds */
export function read() {
  const { user, system } = process.cpuUsage(cpu);
  return { user, system, wall: performance.now() - began };
}

export function profile() {
  profiler.connect();
  profiler.post('Profiler.enable');
  profiler.post('Profiler.setSamplingInterval', { interval: PROFILE_INTERVAL });
  profiler.post('Profiler.start');
}

/** @param {{ path: string }} file */
export function saveProfile({ path }) {
  profiler.post('Profiler.stop', (error, result) => {
    if (error) throw error;
    writeFileSync(path, JSON.stringify(result.profile));
  });
  profiler.disconnect();
}

/** The memory in use after a full garbage collection. */
export async function memory() {
  for (let i = 0; i < 4; i++) {
    await wait(50);
    collect();
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, external, arrayBuffers };
}

/** @returns {string} the file with a snapshot of the heap, which the caller removes */
export function snapshot() {
  return writeHeapSnapshot(join(tmpdir(), `bench-${process.pid}.heapsnapshot`));
}

export function watchDelay() {
  delays.enable();
}

/** @returns {{ p50: number, p99: number, max: number }} milliseconds by which the event loop was late */
export function readDelay() {
  delays.disable();
  const late = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION);
  return { p50: late(delays.percentile(50)), p99: late(delays.percentile(99)), max: late(delays.max) };
}
