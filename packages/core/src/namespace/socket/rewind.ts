import { checkRooms } from '../access/room-limits.js';
import { type HistoryQuery, historyAdapterOf, type Rewound } from '../history/contracts.js';
import { kPhase, Phase, type SocketInternals } from './state.js';

const GONE: Rewound = Object.freeze({ events: 0, complete: false, offset: undefined });

/**
 * Sends a socket a part of a room's history, and makes it join.
 * @throws ClientError `too_many_rooms`, `room_name_too_long`
 */
export async function joinWithHistory(socket: SocketInternals, room: string, query: HistoryQuery): Promise<Rewound> {
  if (socket[kPhase] === Phase.GONE) return GONE;
  if (socket[kPhase] === Phase.JOINING) {
    throw new Error(
      'The client is not connected yet: join a room with its history in a connection listener, or in onReady',
    );
  }
  checkRooms(socket, new Set([room]));
  return historyAdapterOf(socket.adapter).joinWithHistory(socket, room, query);
}
