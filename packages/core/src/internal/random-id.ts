import { randomFillSync } from 'node:crypto';

const ID_BYTES = 15;
const POOL_IDS = 128;
const pool = Buffer.allocUnsafe(ID_BYTES * POOL_IDS);
let used = POOL_IDS;

/**
 * 20 URL-safe characters from 15 random bytes (120 bits): the shape that sticky balancers look for (`sid=[\w-]{20}`).
 * Random bytes are drawn 128 ids at a time, since each draw is a system call.
 */
export function randomId(): string {
  if (used === POOL_IDS) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used++ * ID_BYTES;
  return pool.toString('base64url', start, start + ID_BYTES);
}
