import { keepShape } from './kept-shapes.js';

/** Something that collects output and writes it when told. */
export interface Flushable {
  flush(): void;
}

/**
 * Writes once per turn of the event loop and connection: whoever has output adds itself, and all are flushed when everything
 * that has arrived in this turn has been dealt with. Writing at once instead would wake each reader while we are still
 * reading, which costs the system up to twice as much per write.
 */
export class Flusher {
  #dirty: Flushable[] = [];
  #spare: Flushable[] = [];

  /** The caller makes sure that it adds itself once until its `flush` is called. */
  add(flushable: Flushable): void {
    if (this.#dirty.push(flushable) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const batch = this.#dirty;
    this.#dirty = this.#spare;
    this.#spare = batch;
    for (let i = 0; i < batch.length; i++) batch[i]?.flush();
    batch.length = 0;
  };
}

// Node's own object for what is to run at the end of a turn.
const example = setImmediate(() => {});
clearImmediate(example);
keepShape(example);
