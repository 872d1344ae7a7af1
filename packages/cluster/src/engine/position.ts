import type { HistoryEntry } from './log.js';

/** Characters of a position. */
const LENGTH = 14;

/** The position of an entry with a number. Texts of equal length can be compared. */
export function positionOf(id: string | number | bigint): string {
  return BigInt(id).toString(36).padStart(LENGTH, '0');
}

/** The place of something that happened so long (ms) before a place, where places are microseconds. */
export function earlier(place: string, time: number): string {
  const at = BigInt(idOf(place)) - BigInt(Math.ceil(time)) * 1000n;
  return positionOf(at > 0n ? at : 0n);
}

/** Milliseconds since 1970, where places are microseconds. */
function millisecondsOf(place: string): number {
  return Math.floor(Number.parseInt(place, 36) / 1000);
}

/** An entry of a history where places are microseconds. */
export function entryAt(id: string, payload: Buffer): HistoryEntry {
  const position = positionOf(id);
  return { position, payload, at: millisecondsOf(position) };
}

/** The number of an entry, as a decimal. */
export function idOf(position: string): string {
  let id = 0n;
  for (const digit of position) id = id * 36n + BigInt(Number.parseInt(digit, 36));
  return String(id);
}
