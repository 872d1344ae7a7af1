import type { SocketBase } from '../socket/socket-base.js';
import { ClientError } from './refusal.js';

/**
 * Rooms are often named by clients, so that these have limits.
 * @throws ClientError `too_many_rooms`, `room_name_too_long`
 */
export function checkRooms(
  socket: SocketBase<never, never, never, unknown, unknown>,
  rooms: ReadonlySet<string>,
): void {
  const { maxRoomNameLength, maxRoomsPerSocket } = socket.server.limits;
  // Its own room has the name that we gave it.
  if (rooms.size > 1 || !rooms.has(socket.id)) checkNames(rooms, socket.id, maxRoomNameLength);
  const joined = socket.adapter.sids.get(socket.id)?.size ?? 0;
  if (joined + rooms.size <= maxRoomsPerSocket) return;
  let added = 0;
  for (const room of rooms) if (!socket.adapter.sids.get(socket.id)?.has(room)) added++;
  if (joined + added > maxRoomsPerSocket) {
    throw new ClientError('too_many_rooms', `A socket may be in at most ${maxRoomsPerSocket} rooms`);
  }
}

function checkNames(rooms: ReadonlySet<string>, own: string, longest: number): void {
  for (const room of rooms) {
    if (typeof room === 'string' && room.length > longest && room !== own) {
      throw new ClientError('room_name_too_long', `A room's name has at most ${longest} characters`);
    }
  }
}
