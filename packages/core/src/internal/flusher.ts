/** Something that collects output and writes it when told. */
export interface Flushable {
  flush(): void;
}

/**
 * Writes once per tick and connection: whoever has output adds itself, and all are flushed when the code that is running
 * now, and all it emits on the way, has finished.
 */
export class Flusher {
  #dirty: Flushable[] = [];
  #spare: Flushable[] = [];

  /** The caller makes sure that it adds itself once until its `flush` is called. */
  add(flushable: Flushable): void {
    if (this.#dirty.push(flushable) === 1) process.nextTick(this.#run);
  }

  readonly #run = (): void => {
    const batch = this.#dirty;
    this.#dirty = this.#spare;
    this.#spare = batch;
    for (let i = 0; i < batch.length; i++) batch[i]?.flush();
    batch.length = 0;
  };
}
