/** Nothing takes that long (ms) on the busiest machine; it only turns a hang into a message that says what was awaited. */
const PATIENCE = 30_000;

/**
 * The promise itself, or after half a minute an error that names what never came.
 *
 * @param what completes the sentence "Waited 30 s for …"
 */
export async function within<T>(promise: Promise<T>, what: string, patience = PATIENCE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${patience / 1000} s for ${what}`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
