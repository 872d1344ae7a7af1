/** One room or several. */
export type Rooms = string | readonly string[];

/** As a list. JavaScript may call a room by a number, or by `undefined`, where nobody is. */
export function roomList(rooms: Rooms): readonly string[] {
  return Array.isArray(rooms) ? rooms : [rooms as string];
}
