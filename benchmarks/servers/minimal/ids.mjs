import { randomFillSync } from 'node:crypto';

const BYTES = 15;
/** One call into the crypto library yields this many ids: the call costs more than the bytes. */
const BATCH = 128;

const pool = Buffer.allocUnsafe(BYTES * BATCH);
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
