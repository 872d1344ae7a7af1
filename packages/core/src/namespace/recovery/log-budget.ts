/** Something that keeps packets, and can do with fewer. */
export interface PacketHolder {
  /** Estimated bytes. */
  readonly bytes: number;
  /** Drops its oldest packets: some, and at least one if it has any. */
  dropForRoom(): void;
}

/** The share of the budget that is freed at a time: looking for the largest holder is not worth it for each packet. */
const SPARE = 0.1;

/**
 * Bytes that the packet logs of all namespaces of a server may take together. The largest log makes room for the others, so
 * that a busy namespace costs a quiet one nothing.
 */
export class LogBudget {
  readonly #limit: number;
  readonly #holders = new Set<PacketHolder>();
  #bytes = 0;

  /** @param limit bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  charge(holder: PacketHolder, bytes: number): void {
    this.#holders.add(holder);
    this.#bytes += bytes;
    if (this.#bytes > this.#limit) this.#makeRoom();
  }

  release(holder: PacketHolder, bytes: number): void {
    this.#bytes -= bytes;
    if (holder.bytes <= 0) this.#holders.delete(holder);
  }

  #makeRoom(): void {
    const target = this.#limit * (1 - SPARE);
    while (this.#bytes > target) {
      let largest: PacketHolder | undefined;
      for (const holder of this.#holders) if (holder.bytes > (largest?.bytes ?? 0)) largest = holder;
      if (largest === undefined) return;
      largest.dropForRoom();
    }
  }
}
