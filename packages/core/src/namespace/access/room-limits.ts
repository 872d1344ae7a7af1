import type { SocketLike } from '../contracts.js';
import { ClientError } from './refusal.js';

/**
 * Rooms are often named by clients, so that these have limits.
 * @throws ClientError `too_many_rooms`, `room_name_too_long`
 */
export function checkRooms(socket: Pick<SocketLike, 'id' | 'server' | 'adapter'>, rooms: ReadonlySet<string>): void {
  const { maxRoomNameLength, maxRoomsPerSocket } = socket.server.limits;
  // Its own room has the name that we gave it.
  if (rooms.size > 1 || !rooms.has(socket.id)) checkNames(rooms, socket.id, maxRoomNameLength);
  const joined = socket.adapter.socketRooms(socket.id) ?? NO_ROOMS;
  if (joined.size + rooms.size <= maxRoomsPerSocket) return;
  let added = 0;
  for (const room of rooms) if (!joined.has(room)) added++;
  if (joined.size + added > maxRoomsPerSocket) {
    throw new ClientError('too_many_rooms', `A socket may be in at most ${maxRoomsPerSocket} rooms`);
  }
}

const NO_ROOMS: ReadonlySet<string> = new Set();

function checkNames(rooms: ReadonlySet<string>, own: string, longest: number): void {
  for (const room of rooms) {
    if (typeof room === 'string' && room.length > longest && room !== own) {
      throw new ClientError('room_name_too_long', `A room's name has at most ${longest} characters`);
    }
  }
}
