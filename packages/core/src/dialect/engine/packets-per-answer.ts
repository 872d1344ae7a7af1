import type { EngineQuery } from './handshake.js';

/** python-engineio reads this many packets of one answer, and disconnects at more. */
const PYTHON_PACKETS = 16;

/** Seconds with a fraction: no other client stamps its requests so. */
const PYTHON_STAMP = /^\d{10}\.\d+$/;

/** Its HTTP libraries, which tell where stamps are turned off. */
const PYTHON_AGENT = /^(?:python-requests\/|Python\/.* aiohttp\/)/;

/** The packets that a client reads of one answer to a poll. */
export function packetsPerAnswer({ stamp = '' }: EngineQuery, userAgent = ''): number {
  const isPython = PYTHON_STAMP.test(stamp) || PYTHON_AGENT.test(userAgent);
  return isPython ? PYTHON_PACKETS : Number.POSITIVE_INFINITY;
}
