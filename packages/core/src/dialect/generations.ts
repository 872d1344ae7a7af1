import type { Generation } from '../virtual-socket/dialect.js';

/** All generations of clients, the newest first. */
export const GENERATIONS: readonly Generation[] = Object.freeze(['eio4', 'eio3', '0.9'] as const);

/**
 * The generations to serve.
 * @param allowEio3 socket.io's own switch; false takes that one out.
 * @throws TypeError for a name that is none, and when none is left.
 */
export function enabledGenerations(wanted: readonly Generation[], allowEio3: boolean): readonly Generation[] {
  if (!Array.isArray(wanted) || !wanted.every((name) => GENERATIONS.includes(name))) {
    throw new TypeError(`option generations: a list of ${GENERATIONS.join(', ')} is expected`);
  }
  const enabled = wanted.filter((name) => allowEio3 || name !== 'eio3');
  if (enabled.length === 0) throw new TypeError('option generations: no client is left that could connect');
  return enabled;
}
