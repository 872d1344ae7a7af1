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
   * @param topic that only this link subscribes to.
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
  /** Histories of rooms; undefined where the broker keeps none. */
  readonly histories?: EngineHistories | undefined;
}

/** A history that a message is written to, and how much of it is kept. */
export interface HistoryTarget {
  readonly history: string;
  /** Milliseconds. */
  readonly time: number;
  readonly entries: number;
  /** Bytes of the entries. */
  readonly bytes: number;
}

/** The last part of a history. */
export interface HistorySnapshot {
  /** The life of the broker's memory: six characters, others when it may have lost entries. */
  readonly epoch: string;
  /** The last place whose entry was dropped for lack of room; empty if there is none. */
  readonly dropped: string;
  /** Behind the entries, and before all that come later. */
  readonly place: string;
  /** The last entries, the oldest first; their positions are places. */
  readonly entries: readonly LogEntry[];
}

/**
 * Histories, which are short logs. Entries of all histories have places in one order, which are times by the clock of the broker: 14 digits and
 * lower-case letters, microseconds since 1970 in base 36.
 */
export interface EngineHistories {
  /**
   * Writes a message to histories, and to a log if one is named, and publishes it to topics with its place and its position: all of that
   * at once, so that a reader of a history has got a message from the topic or will find it in the history.
   */
  record(
    histories: readonly HistoryTarget[],
    log: string | undefined,
    topics: readonly string[],
    payload: Buffer,
  ): Promise<unknown>;
  /**
   * Reads the last entries of a history, and publishes a message to a topic: what a link gets before that message is in the history, and
   * what it gets behind it is not.
   * @param count of the entries. @param time (ms) for which entries are kept.
   */
  snapshot(history: string, count: number, time: number, topic: string, payload: Buffer): Promise<HistorySnapshot>;
}

const NO_LOG = 'no_log';

/** Marks the error of a broker that could keep events, and is not set up for it. */
export function noLog(error: Error): Error {
  return Object.assign(error, { code: NO_LOG });
}

/** Whether an error is marked by {@link noLog}. */
export function isNoLog(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === NO_LOG;
}
