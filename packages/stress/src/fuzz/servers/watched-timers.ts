/** Timers that are pending, of all that were set by code for which `concerns` holds. */
export class WatchedTimers {
  readonly #concerns: (stack: string) => boolean;
  readonly #timers = new Map<NodeJS.Timeout, string>();
  readonly #setTimeout = globalThis.setTimeout;

  /** @param concerns told who sets a timer, as a stack trace */
  constructor(concerns: (stack: string) => boolean) {
    this.#concerns = concerns;
    const watched = (...args: Parameters<typeof setTimeout>) => this.#set(args);
    globalThis.setTimeout = Object.assign(watched, this.#setTimeout) as typeof setTimeout;
  }

  #set(args: Parameters<typeof setTimeout>): NodeJS.Timeout {
    const timer = this.#setTimeout(...args);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 6;
    const stack = new Error('set').stack ?? '';
    Error.stackTraceLimit = stackTraceLimit;
    if (this.#concerns(stack)) this.#timers.set(timer, stack);
    return timer;
  }

  /** Where those that are pending were set. */
  pending(): string[] {
    for (const timer of this.#timers.keys()) {
      if ((timer as { _destroyed?: boolean })._destroyed === true) this.#timers.delete(timer);
    }
    return [...this.#timers.values()];
  }

  /** Watches no further ones. */
  stop(): void {
    globalThis.setTimeout = this.#setTimeout;
  }
}
