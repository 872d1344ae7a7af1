/** The longest time (ms) of a timer: a longer one would fire at once. */
export const LONGEST = 2 ** 31 - 1;

/** Calls back after any time (ms), however long. @returns a function that cancels it */
export function after(milliseconds: number, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (left: number) => {
    timer = setTimeout(() => (left > LONGEST ? wait(left - LONGEST) : callback()), Math.min(left, LONGEST));
  };
  wait(milliseconds);
  return () => clearTimeout(timer);
}
