/** Nothing here takes that long (ms); it only turns a hang into a message that says what was awaited. */
const PATIENCE = 5000;

/**
 * The promise itself, or after five seconds an error that names what never came.
 *
 * @param what completes the sentence "Waited 5 s for …"
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
