import type { ClusterEngine } from './engine.js';

/** Reasons that are remembered: texts that differ each time would be told each time. */
const MOST_TOLD = 32;

/** Why a broker is away. Each reason is told once, until the broker is reached again: engines report every attempt. */
export class Reasons {
  readonly #engine: ClusterEngine;
  readonly #tell: (reason: Error, refused: boolean) => void;
  readonly #told = new Set<string>();
  #current: Error | undefined;

  /** @param tell gets a new reason, and whether no waiting heals it. */
  constructor(engine: ClusterEngine, tell: (reason: Error, refused: boolean) => void) {
    this.#engine = engine;
    this.#tell = tell;
  }

  /** The last one that was told; undefined while the broker is reached. */
  get current(): Error | undefined {
    return this.#current;
  }

  /** Whether no waiting heals an error. */
  isRefusal(error: unknown): boolean {
    return this.#engine.isRefusal?.(error) ?? false;
  }

  /** @param error what the client of the broker says; undefined where it says nothing. */
  failed(error: unknown): void {
    // The end of a connection follows the error that has caused it.
    if (error === undefined && this.#current !== undefined) return;
    // Nor is it news that something has failed for the same reason.
    if (error instanceof Error && error.cause !== undefined && error.cause === this.#current) return;
    const reason = error instanceof Error ? error : this.#errorOf(error);
    const { code } = reason as { code?: unknown };
    // A client may give the same error in two classes. One for several addresses has no message.
    const key = reason.message === '' ? String(code) : reason.message;
    if (this.#told.has(key) || this.#told.size === MOST_TOLD) return;
    this.#told.add(key);
    this.#current = reason;
    this.#tell(reason, this.isRefusal(reason));
  }

  #errorOf(error: unknown): Error {
    const { name } = this.#engine;
    if (error !== undefined) return new Error(String(error));
    return new Error(`The connection to the broker (${name}) has ended`);
  }

  /** The broker is reached. */
  reached(): void {
    if (this.#current === undefined) return;
    this.#current = undefined;
    this.#told.clear();
  }
}

/** Says that there is no first connection in time (ms). */
export function noConnectionError(name: string, timeout: number, cause: Error | undefined): Error {
  return new Error(`No connection to the broker (${name}) within ${timeout} ms; check that it is running`, { cause });
}

/** Says for the log that a broker refuses this process. */
export function refusalError({ name }: ClusterEngine, reason: Error): Error {
  return new Error(`The broker (${name}) refuses this process: ${reason.message}`, { cause: reason });
}
