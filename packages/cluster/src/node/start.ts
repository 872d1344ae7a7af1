/** The time from the start of a server until it reaches the others for the first time, or has tried for long enough. */
export class Start {
  readonly #timer: NodeJS.Timeout;
  #phase: 'connecting' | 'connected' | 'over' = 'connecting';
  #settle: () => void = nothing;
  /** Resolves at its end, or at the first failure; undefined from then on. */
  settled: Promise<void> | undefined;

  /** @param time (ms) that it may take. @param late is called when it has taken longer. */
  constructor(time: number, late: () => void) {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const over = () => {
      this.end();
      late();
    };
    this.#timer = setTimeout(over, time).unref();
  }

  /** Calls wait for the first connection. */
  get isConnecting(): boolean {
    return this.#phase === 'connecting';
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  connected(): void {
    if (this.isConnecting) this.#phase = 'connected';
  }

  /** A connection has failed: the next one may succeed, but a connection that was made ends the start. */
  failed(): void {
    if (this.isConnecting) this.#tell();
    else this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#phase = 'over';
    this.#tell();
  }

  #tell(): void {
    this.settled = undefined;
    this.#settle();
  }
}

function nothing(): void {}
