/** Which events of a room's history are wanted. */
export interface HistoryQuery {
  /**
   * How many of the last events are wanted. If `since` is given and known, all events behind that offset are sent instead.
   * @unit events
   * @default all that are kept
   */
  readonly rewind?: number | undefined;
  /** The offset behind which events are wanted. `undefined` and `null` stand for a client that has no offset yet. */
  readonly since?: string | null | undefined;
}

/** The outcome of a join with a history. */
export interface Rewound {
  /** How many events of the history the client has been sent. */
  readonly events: number;
  /** Whether nothing is known to be missing: with `since`, whether the client has every event behind the offset. */
  readonly complete: boolean;
  /** The offset at which live events begin; undefined if the history could not be read. */
  readonly offset: string | undefined;
}

/** An event of a room's history. */
export interface HistoryEvent {
  /** The name of the event. */
  readonly event: string;
  /** The arguments of the event. */
  readonly args: readonly unknown[];
  /** When the event was sent (ms since the epoch), by the clock of the server or the broker. */
  readonly at: number;
  /** The place of the event in the history, for `since`. */
  readonly offset: string;
}

/** A part of a room's history, the oldest event first. */
export interface RoomEvents {
  /** The events. */
  readonly events: readonly HistoryEvent[];
  /** With `since`: whether nothing is missing behind the offset. */
  readonly complete: boolean;
  /** The offset behind the last of them; undefined if the history could not be read. */
  readonly offset: string | undefined;
}

/** A socket that is sent a history. */
export interface RewindingSocket {
  readonly id: string;
  readonly connected: boolean;
}

/** An adapter that keeps histories of rooms. */
export interface HistoryAdapter {
  /** Sends a socket a part of a room's history and makes it join the room. Live events follow; none is sent twice, and none is missing. */
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
