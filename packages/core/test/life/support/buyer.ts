/** An official client, as far as it is used here. */
export interface Customer {
  on(event: 'connect', listener: () => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
}

/** Gives one order after the other, each again until it is acknowledged, and counts. */
export class Buyer {
  readonly name: string;
  readonly acknowledged = new Set<string>();
  readonly #client: Customer;
  #order: string | undefined;
  #waiting: { until: number; resolve: () => void } | undefined;

  constructor(name: string, client: Customer) {
    this.name = name;
    this.#client = client;
    client.on('connect', () => this.#place());
  }

  #place(): void {
    const order = this.#order ?? `${this.name} ${this.acknowledged.size}`;
    this.#order = order;
    this.#client.emit('order', order, (confirmed: string) => {
      if (confirmed !== this.#order) return;
      this.acknowledged.add(confirmed);
      this.#order = undefined;
      if (this.acknowledged.size === this.#waiting?.until) this.#waiting.resolve();
      this.#place();
    });
  }

  /** Resolves after so many more acknowledgements. */
  served(orders: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { until: this.acknowledged.size + orders, resolve };
    });
  }
}
