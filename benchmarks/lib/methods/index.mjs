import { CpuTime } from './cpu-time.mjs';
import { Delay } from './delay.mjs';
import { Growth } from './growth.mjs';
import { Memory } from './memory.mjs';
import { Seen } from './seen.mjs';

/**
 * How a scenario's figures are taken: `begin` once all is warm, `slice` for each part of the work, `end` for the result.
 * @typedef {object} Measurement
 * @property {() => Promise<void>} begin
 * @property {(count: number) => Promise<void>} slice
 * @property {() => Promise<import('../../types.d.ts').Figures>} end
 */

/**
 * @param {import('../../types.d.ts').Method} method
 * @param {import('../session.mjs').Session} session
 * @param {string} [profile] path for a CPU profile of the measured work
 * @returns {Measurement}
 */
export function createMeasurement(method, session, profile) {
  if (method === 'cpu') return new CpuTime(session, profile);
  if (method === 'memory') return new Memory(session);
  if (method === 'growth') return new Growth(session);
  if (method === 'seen') return new Seen(session);
  return new Delay(session);
}
