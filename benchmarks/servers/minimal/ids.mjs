import { randomFillSync } from 'node:crypto';

const BYTES = 15;
/** One call into the crypto library yields 128 ids: the call costs more than the bytes. */
const pool = Buffer.allocUnsafe(BYTES * 128);
let at = pool.length;

/** @returns {string} 20 URL-safe characters from 15 bytes of the system's secure randomness */
export function newId() {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  at += BYTES;
  return pool.toString('base64url', at - BYTES, at);
}
