import { clearGenuineInterval, genuineInterval, genuineTimeout } from './genuine.js';

/** Milliseconds between two looks at whether a fake clock has gone. */
const LOOK = 250;

const watched = new Map<() => void, typeof setTimeout>();
let timer: NodeJS.Timeout | undefined;

/**
 * Calls `changed` once when the global `setTimeout` is no longer `setBy`. Test tools replace it by one of their own, and what
 * was set with that never fires after they have put the genuine one back. Costs nothing while the genuine one is in use.
 */
export function watchClock(setBy: typeof setTimeout, changed: () => void): void {
  if (setBy === genuineTimeout) return;
  watched.set(changed, setBy);
  timer ??= genuineInterval(look, LOOK).unref();
}

function look(): void {
  for (const [changed, setBy] of watched) {
    if (setBy === globalThis.setTimeout) continue;
    watched.delete(changed);
    changed();
  }
  if (watched.size > 0) return;
  clearGenuineInterval(timer);
  timer = undefined;
}
