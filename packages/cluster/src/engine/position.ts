/** Characters of a position. */
const LENGTH = 14;

/** The position of an entry with a number. Texts of equal length can be compared. */
export function positionOf(id: string | number | bigint): string {
  return BigInt(id).toString(36).padStart(LENGTH, '0');
}

/** The number of an entry, as a decimal. */
export function idOf(position: string): string {
  let id = 0n;
  for (const digit of position) id = id * 36n + BigInt(Number.parseInt(digit, 36));
  return String(id);
}
