import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/** Warnings about other packages, which do not fail a test. */
const OTHERS = new Set(['DeprecationWarning', 'ExperimentalWarning']);

/**
 * Fails each test of the surrounding suite with an unhandled rejection, an uncaught error, or a
 * warning of Node.
 */
export function failOnStrayErrors(): void {
  const strays: unknown[] = [];
  const note = (error: unknown) => void strays.push(error);
  const noteWarning = (warning: Error) => void (OTHERS.has(warning.name) || strays.push(warning));
  beforeAll(() => {
    process.on('unhandledRejection', note);
    process.on('uncaughtExceptionMonitor', note);
    process.on('warning', noteWarning);
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
    process.off('uncaughtExceptionMonitor', note);
    process.off('warning', noteWarning);
  });
  afterEach(async () => {
    // Node reports rejections when the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    expect(strays.splice(0)).toEqual([]);
  });
}
