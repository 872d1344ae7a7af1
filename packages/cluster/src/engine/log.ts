/** An entry of a log. */
export interface LogEntry {
  /** Where it stands: 14 digits and lower-case letters, whose order is that of the entries. */
  readonly position: string;
  readonly payload: Buffer;
}

/** A part of a log. */
export interface LogPart {
  /** The life of the log, see {@link EngineLog.mark}. */
  readonly epoch: string;
  /** The last position whose entry was dropped for lack of room, rather than for its age; empty if there is none. */
  readonly dropped: string;
  readonly entries: readonly LogEntry[];
}

/** How much of a log is kept. */
export interface Retention {
  /** Milliseconds. */
  readonly time: number;
  readonly entries: number;
}

/**
 * A broker's memory: logs of messages, and sessions. Calls of one link are done in their order, those of `publish` included. All of them
 * reject when the broker cannot be reached.
 */
export interface EngineLog {
  /**
   * Appends a message and publishes it, with its position, to topics. A link gets the messages of a log in the log's order, whatever their
   * topics.
   */
  append(log: string, topics: readonly string[], payload: Buffer): Promise<unknown>;
  /**
   * Publishes a message with the log's last position, and does not keep it: the receiver has got everything up to there. Drops what is too
   * old or too much. Messages that are appended after the call stand behind the position.
   * @returns the life of the log: six characters, others when the broker may have lost entries.
   */
  mark(log: string, topic: string, payload: Buffer, retention: Retention): Promise<string>;
  /** Reads what stands behind one position, and not behind another. */
  read(log: string, after: string, upTo: string): Promise<LogPart>;
  /** Keeps a session for some time (ms). */
  keep(key: string, session: Buffer, time: number): Promise<unknown>;
  /** Keeps sessions for some more time (ms). */
  renew(keys: readonly string[], time: number): Promise<unknown>;
  /** Reads a session and drops it: one caller gets it. */
  take(key: string): Promise<Buffer | undefined>;
  /** Drops a session. */
  drop(key: string): Promise<unknown>;
}
