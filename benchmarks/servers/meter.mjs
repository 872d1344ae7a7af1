import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** The histogram's timer period in ms, which is part of every value it records. */
const DELAY_RESOLUTION = 1;

/** Measures the process it lives in: that of the server under test. */
export class Meter {
  /** @type {NodeJS.CpuUsage | undefined} */
  #cpu;
  #began = 0;
  /** @type {Session | undefined} */
  #profiler;
  /** @type {import('node:perf_hooks').IntervalHistogram | undefined} */
  #delay;

  /**
   * Begins a window of CPU time, after the garbage of the warm-up has been collected.
   * @param {boolean} profile
   */
  mark(profile) {
    collect();
    if (profile) this.#profiler = startProfiler();
    this.#began = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /**
   * Ends the window.
   * @param {string} [profilePath] where the CPU profile goes, if one was started
   * @returns {{ user: number, system: number, wall: number }} microseconds; wall in milliseconds
   */
  read(profilePath) {
    const { user, system } = process.cpuUsage(this.#cpu);
    const wall = performance.now() - this.#began;
    if (this.#profiler && profilePath) stopProfiler(this.#profiler, profilePath);
    this.#profiler = undefined;
    return { user, system, wall };
  }

  /** What is in use once everything that can be collected is. */
  async memory() {
    for (let i = 0; i < 4; i++) {
      await wait(50);
      collect();
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

function collect() {
  if (!globalThis.gc) throw new Error('servers are run with --expose-gc');
  globalThis.gc();
}

function startProfiler() {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 200 });
  session.post('Profiler.start');
  return session;
}

/**
 * @param {Session} session
 * @param {string} path
 */
function stopProfiler(session, path) {
  session.post('Profiler.stop', (error, result) => {
    if (!error) writeFileSync(path, JSON.stringify(result.profile));
  });
  session.disconnect();
}
