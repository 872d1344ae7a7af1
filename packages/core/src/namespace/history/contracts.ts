/** Which events of a room's history are wanted. */
export interface HistoryQuery {
  /**
   * The last so many events; where `since` is given and known, all behind it are meant instead.
   * @unit events
   * @default all that are kept
   */
  readonly rewind?: number | undefined;
  /** The events behind this offset. `undefined` and `null` stand for a client that has none yet. */
  readonly since?: string | null | undefined;
}

/** The outcome of a join with a history. */
export interface Rewound {
  /** Events of the history that the client has been sent. */
  readonly events: number;
  /** Nothing is known to be missing: with `since`, the client has every event behind the offset. */
  readonly complete: boolean;
  /** Where live events begin; undefined where the history could not be read. */
  readonly offset: string | undefined;
}

/** An event of a room's history. */
export interface HistoryEvent {
  /** Its name. */
  readonly event: string;
  /** Its arguments. */
  readonly args: readonly unknown[];
  /** When it was sent, in milliseconds since 1970, by the clock of the server or the broker. */
  readonly at: number;
  /** Its place, for `since`. */
  readonly offset: string;
}

/** A part of a room's history, the oldest event first. */
export interface RoomEvents {
  /** The events. */
  readonly events: readonly HistoryEvent[];
  /** With `since`: nothing is missing behind the offset. */
  readonly complete: boolean;
  /** The place behind all of them; undefined where the history could not be read. */
  readonly offset: string | undefined;
}

/** A socket that is sent a history. */
export interface RewindingSocket {
  readonly id: string;
  readonly connected: boolean;
}

/** An adapter that keeps histories of rooms. */
export interface HistoryAdapter {
  /** Sends a socket a part of a room's history, and makes it join: live events follow, none twice and none missing. */
  joinWithHistory(socket: RewindingSocket, room: string, query: HistoryQuery): Promise<Rewound>;
  /** Reads a part of a room's history. */
  readHistory(room: string, query: HistoryQuery): Promise<RoomEvents>;
}

/** @throws Error for an adapter that keeps no histories. */
export function historyAdapterOf(adapter: object): HistoryAdapter {
  const keeper: Partial<HistoryAdapter> = adapter;
  if (keeper.joinWithHistory !== undefined) return keeper as HistoryAdapter;
  throw new Error('The adapter keeps no histories of rooms: use that in memory, or @sio/cluster');
}
