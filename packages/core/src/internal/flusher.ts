import { clearImmediate, setImmediate } from 'node:timers';
import { keepShape } from './kept-shapes.js';

/** Something that collects output and writes it when told. */
export interface Flushable {
  flush(): unknown;
}

/**
 * Writes once per turn of the event loop and connection: everything that has output adds itself, and all are flushed when all
 * that has arrived in this turn has been dealt with. Writing at once instead would wake each reader while we are still
 * reading, which costs the system up to twice as much per write.
 *
 * `setImmediate` comes from `node:timers`: a fake clock that replaces the global one must not keep output back.
 */
export class Flusher {
  readonly #failed: (error: unknown, item: Flushable) => void;
  #dirty: Flushable[] = [];
  #spare: Flushable[] = [];

  /** @param failed takes what the `flush` of an item throws; the other items are flushed all the same. */
  constructor(failed: (error: unknown, item: Flushable) => void) {
    this.#failed = failed;
  }

  /** The caller makes sure that it adds itself once until its `flush` is called. */
  add(flushable: Flushable): void {
    if (this.#dirty.push(flushable) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const batch = this.#dirty;
    this.#dirty = this.#spare;
    this.#spare = batch;
    for (const item of batch) {
      try {
        item.flush();
      } catch (error) {
        this.#failed(error, item);
      }
    }
    batch.length = 0;
  };
}

// Node's own object for what is to run at the end of a turn.
const example = setImmediate(() => {});
clearImmediate(example);
keepShape(example);
