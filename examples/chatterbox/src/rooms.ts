import { ClientError } from '@sio/core';

/** A line with its author and time (milliseconds since 1970). */
export interface Line {
  from: string;
  text: string;
  at: number;
}

/** How many lines of a room those see who come late. */
const KEPT = 50;

const histories = new Map<string, Line[]>([
  ['Lobby', []],
  ['Kitchen', []],
  ['Library', []],
]);

export const ROOMS: readonly string[] = [...histories.keys()];

export function checkRoom(input: unknown): string {
  const room = ROOMS.find((known) => known === input);
  if (room === undefined) throw new ClientError('no_such_room', 'There is no such room.');
  return room;
}

export function remember(room: string, line: Line): void {
  histories.set(room, [...historyOf(room), line].slice(-KEPT));
}

export function historyOf(room: string): readonly Line[] {
  return histories.get(room) ?? [];
}
