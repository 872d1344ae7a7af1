import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/** Warnings about what others do, of which a test says nothing. */
const OTHERS = new Set(['DeprecationWarning', 'ExperimentalWarning']);

/**
 * Fails each test of the surrounding suite during which a promise was rejected that nobody handled, an error was thrown that
 * nobody caught, or Node warned of something.
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
