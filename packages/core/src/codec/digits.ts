export const ZERO = 48;
const NINE = 57;

/** Index of the first character at or after `from` that is not a decimal digit. */
export function digitsEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at += 1;
  return at;
}
