/** The history of a room, as the budget sees it. */
export interface BudgetedHistory {
  /** Estimated bytes of memory. */
  readonly bytes: number;
  /** Drops its oldest event. */
  dropOldest(): void;
  /** Drops all events. */
  clear(): void;
}

/**
 * Bytes that the histories of all rooms of a server may take in memory. The room in which nothing has been said for the longest time
 * loses its history first.
 */
export class HistoryBudget {
  readonly #limit: number;
  /** The one that has been quiet longest comes first. */
  readonly #histories = new Set<BudgetedHistory>();
  #bytes = 0;

  /** @param limit bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** An event has been added. */
  charge(history: BudgetedHistory, bytes: number): void {
    this.#histories.delete(history);
    this.#histories.add(history);
    this.#bytes += bytes;
    while (this.#bytes > this.#limit) this.#makeRoom();
  }

  #makeRoom(): void {
    const [quietest] = this.#histories as Iterable<BudgetedHistory>;
    if (quietest === undefined) return;
    if (this.#histories.size === 1) quietest.dropOldest();
    else quietest.clear();
  }

  /** Events are gone. */
  release(history: BudgetedHistory, bytes: number): void {
    this.#bytes -= bytes;
    if (history.bytes <= 0) this.#histories.delete(history);
  }
}
