import type { IncomingMessage } from 'node:http';

let epoch = 0;
const arrivals = new WeakMap<IncomingMessage, number>();

/** How many login sessions have ended so far: a request that keeps the number can be asked whether its session has ended since. */
export function sessionEpoch(): number {
  return epoch;
}

/** A login session ends. @returns the number that requests from now on keep. */
export function nextSessionEpoch(): number {
  return ++epoch;
}

/** Notes when a request arrives that a framework may keep for a while before it reaches its mount. */
export function noteArrival(req: IncomingMessage): void {
  arrivals.set(req, epoch);
}

/** The session epoch in which a noted request arrived. */
export function arrivalOf(req: IncomingMessage): number | undefined {
  return arrivals.get(req);
}
