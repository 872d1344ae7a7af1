import { ContainedPromise, type TellUnawaited } from '../../internal/events/contained-promise.js';
import { isThenable } from '../../internal/events/lazy-emitter.js';
import { LongTimer } from '../../internal/time/long-timer.js';

/** A job beside the events. It should end when its signal is aborted. */
export type Task = (signal: AbortSignal) => unknown;

/** The tasks of a server that are under way. */
export class Tasks {
  readonly #running = new Set<Task>();

  /** How many have begun and not ended. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * Runs a task.
   * @param self what it gets as `this`.
   * @param report gets its failure, unless it is that of having been aborted.
   */
  start(task: Task, self: object, signal: AbortSignal, report: (error: unknown) => void): void {
    const ended = () => void this.#running.delete(one);
    const failed = (error: unknown) => {
      ended();
      if (!(signal.aborted && isAbortError(error))) report(error);
    };
    // A function of its own each time: one task may run many times at once.
    const one: Task = () => task.call(self, signal);
    this.#running.add(one);
    try {
      const result = one(signal);
      if (isThenable(result)) result.then(ended, failed);
      else ended();
    } catch (error) {
      failed(error);
    }
  }
}

/** Any value may have been thrown, also one that throws when it is read. */
function isAbortError(error: unknown): boolean {
  try {
    return (error as Error | undefined)?.name === 'AbortError';
  } catch {
    return false;
  }
}

/**
 * Waits, unless the signal is aborted before.
 * @param milliseconds how long.
 * @throws the signal's reason, by default an `AbortError`.
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return sleepContained(milliseconds, signal, nothing);
}

/** The same. @param tell takes the rejection when nothing awaits it. */
export function sleepContained(
  milliseconds: number,
  signal: AbortSignal | undefined,
  tell: TellUnawaited,
): Promise<void> {
  const executor = (resolve: () => void, reject: (reason: unknown) => void): void => {
    if (signal?.aborted) return reject(signal.reason);
    const aborted = () => {
      timer.clear();
      reject(signal?.reason);
    };
    const timer = new LongTimer(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', aborted, { once: true });
  };
  return new ContainedPromise<void>(executor, 'sleep', tell);
}

function nothing(): void {}
