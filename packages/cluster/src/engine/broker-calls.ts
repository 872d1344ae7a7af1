/** Resolves with undefined when a call of a broker's client fails, or takes longer (ms). */
export async function inTime<T>(result: Promise<T>, time: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), time);
  });
  try {
    return await Promise.race([result, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Makes a call of a broker's client: some throw, others reject. */
export async function attempt<T>(call: () => Promise<T>): Promise<T> {
  return call();
}

/** Time (ms) that a link has to send its last messages and to close. */
export const FAREWELL = 1000;
