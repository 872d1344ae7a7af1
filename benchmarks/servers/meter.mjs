import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** The histogram's timer period in ms, which is part of every value it records. */
const DELAY_RESOLUTION = 1;

/** Microseconds between two samples of a CPU profile. */
const PROFILE_INTERVAL = 200;

/** Measures the process it lives in: that of the server under test. */
export class Meter {
  /** @type {NodeJS.CpuUsage | undefined} */
  #cpu;
  #began = 0;
  /** @type {Session | undefined} */
  #profiler;
  /** @type {import('node:perf_hooks').IntervalHistogram | undefined} */
  #delay;

  /** Collects the garbage of what came before, so that it does not weigh on what is measured. */
  collect() {
    if (!globalThis.gc) throw new Error('servers are run with --expose-gc');
    globalThis.gc();
  }

  /** Begins a window of CPU time. */
  mark() {
    this.#began = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /** Ends the window. @returns {{ user: number, system: number, wall: number }} microseconds; wall in milliseconds */
  read() {
    const { user, system } = process.cpuUsage(this.#cpu);
    return { user, system, wall: performance.now() - this.#began };
  }

  startProfile() {
    this.#profiler = new Session();
    this.#profiler.connect();
    this.#profiler.post('Profiler.enable');
    this.#profiler.post('Profiler.setSamplingInterval', { interval: PROFILE_INTERVAL });
    this.#profiler.post('Profiler.start');
  }

  /** @param {string} path */
  saveProfile(path) {
    this.#profiler?.post('Profiler.stop', (error, result) => {
      if (error) throw error;
      writeFileSync(path, JSON.stringify(result.profile));
    });
    this.#profiler?.disconnect();
  }

  /** The memory in use after a full garbage collection. */
  async memory() {
    for (let i = 0; i < 4; i++) {
      await wait(50);
      this.collect();
    }
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    return { rss, heapUsed, external, arrayBuffers };
  }

  watchDelay() {
    this.#delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION });
    this.#delay.enable();
  }

  /** @returns {{ p50: number, p99: number, max: number }} milliseconds by which the event loop was late */
  readDelay() {
    const histogram = this.#delay;
    if (!histogram) throw new Error('the delay is not watched');
    histogram.disable();
    const late = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION);
    return { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), max: late(histogram.max) };
  }
}
