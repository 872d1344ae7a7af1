import type { Command } from 'commander';
import { Output } from './output.js';

/** Passed to each command. */
export interface Context {
  readonly output: Output;
  /** Aborts when the user stops the command. */
  readonly stop: AbortSignal;
}

/** Ends a command that was stopped before it was done. */
export const INTERRUPTED = 130;

/**
 * Runs the action of a command. Ctrl-C ends it in order; a second one ends it at once.
 *
 * @param act resolves to the exit code
 */
export async function act(command: Command, action: (context: Context) => Promise<number>): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    process.exitCode = await action({ output: new Output(command.optsWithGlobals()), stop: controller.signal });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Resolves after a time, or when the signal aborts. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
