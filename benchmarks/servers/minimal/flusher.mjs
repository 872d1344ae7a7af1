/** @type {{ flush(): void }[]} */
let waiting = [];
/** @type {{ flush(): void }[]} */
let spare = [];

/**
 * Runs `flush` once this tick is over, however much is written until then. One callback serves all connections that
 * became ready in the same turn of the event loop.
 * @param {{ flush(): void }} flushable must not ask twice before it was flushed
 */
export function flushSoon(flushable) {
  if (waiting.push(flushable) === 1) setImmediate(flushAll);
}

function flushAll() {
  const ready = waiting;
  waiting = spare;
  for (const flushable of ready) flushable.flush();
  ready.length = 0;
  spare = ready;
}
