import { inTime } from '../broker-calls.js';

/** Time (ms) for which messages wait for those that go through JetStream before them. */
const ORDERED_FOR = 250;

/** Keeps messages that go past JetStream behind those that go through it, which takes longer. */
export class PublishOrder {
  /** Messages that JetStream has not confirmed. */
  readonly #unconfirmed = new Set<Promise<unknown>>();
  /** The last one that waits for them. */
  #last: Promise<unknown> | undefined;

  /** A message goes through JetStream. */
  add(written: Promise<unknown>): void {
    const confirmed = written.then(nothing, nothing);
    this.#unconfirmed.add(confirmed);
    void confirmed.then(() => this.#unconfirmed.delete(confirmed));
  }

  /** Runs a function after everything that was added, at once if that is confirmed, and in any case soon. */
  behind(act: () => void): Promise<void> | undefined {
    if (this.#unconfirmed.size === 0 && this.#last === undefined) {
      act();
      return undefined;
    }
    const acted = this.#wait([...this.#unconfirmed], this.#last).then(act);
    const last = acted.then(nothing, nothing);
    this.#last = last;
    void last.then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    return acted;
  }

  async #wait(open: readonly Promise<unknown>[], before: Promise<unknown> | undefined): Promise<void> {
    await inTime(Promise.all(open), ORDERED_FOR);
    await before;
    for (const each of open) this.#unconfirmed.delete(each);
  }
}

function nothing(): void {}
