/** One room or several. */
export type Rooms = string | readonly string[];

/** As a list. JavaScript may name a room by a number, or by `undefined`, which is an empty room. */
export function roomList(rooms: Rooms): readonly string[] {
  return Array.isArray(rooms) ? rooms : [rooms as string];
}
