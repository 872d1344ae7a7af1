/** An entry of a log. */
export interface LogEntry {
  /** The position in the log: 14 digits and lower-case letters, whose order is that of the entries. */
  readonly position: string;
  readonly payload: Buffer;
}

/** A part of a log. */
export interface LogPart {
  /** The epoch of the log, see {@link EngineLog.mark}. */
  readonly epoch: string;
  /** The position of the last entry that was dropped for lack of space and not for its age; empty if there is none. */
  readonly dropped: string;
  readonly entries: readonly LogEntry[];
}

/** Limits of a log; older entries are dropped. */
export interface Retention {
  /** The longest time that an entry is stored. @unit ms */
  readonly time: number;
  /** The largest number of entries. */
  readonly entries: number;
}

/**
 * Logs of messages, and sessions, that a broker stores. Calls of one link, including `publish`, take effect in their order. All methods
 * reject when the broker is unreachable.
 */
export interface EngineLog {
  /** Time (ms) for which calls wait while the servers of the broker elect a leader; undefined or 0 if there is one server. */
  readonly patience?: number | undefined;
  /**
   * Appends a message to a log, and publishes it with its position to topics. A link gets the messages of a log in the order of the log,
   * across topics.
   */
  append(log: string, topics: readonly string[], payload: Buffer): Promise<unknown>;
  /**
   * Publishes a message with the last position of the log, without storing it: it tells the receiver that it has got everything up to there.
   * Entries beyond the retention are dropped. Messages that are appended after the call get later positions.
   * @param topic a topic that only this link subscribes to.
   * @returns the epoch of the log: six characters, which change when the broker may have lost entries.
   */
  mark(log: string, topic: string, payload: Buffer, retention: Retention): Promise<string>;
  /** Reads the entries after one position, up to and including another. */
  read(log: string, after: string, upTo: string): Promise<LogPart>;
  /** Stores a session for a time in milliseconds. */
  keep(key: string, session: Buffer, time: number): Promise<unknown>;
  /** Stores sessions for a further time in milliseconds. */
  renew(keys: readonly string[], time: number): Promise<unknown>;
  /** Reads a session and deletes it, so that only one caller gets it. */
  take(key: string): Promise<Buffer | undefined>;
  /** Deletes a session. */
  drop(key: string): Promise<unknown>;
  /** Histories of rooms; undefined if the broker stores none. */
  readonly histories?: EngineHistories | undefined;
}

/** A history to which a message is appended, and its limits. */
export interface HistoryTarget {
  /** The name of the history. */
  readonly history: string;
  /** The longest time that an entry is stored. @unit ms */
  readonly time: number;
  /** The largest number of entries. */
  readonly entries: number;
  /** The largest size of all entries together. @unit bytes */
  readonly bytes: number;
}

/** An entry of a history. */
export interface HistoryEntry extends LogEntry {
  /** When it was written, by the clock of the broker, in milliseconds since 1970. */
  readonly at: number;
}

/** The latest entries of a history. */
export interface HistorySnapshot {
  /** The epoch of the broker's storage: six characters, which change when it may have lost entries. */
  readonly epoch: string;
  /** The place of the last entry that may have been dropped, for lack of space or for its age; empty if there is none. */
  readonly dropped: string;
  /** Entries before this place are too old; empty where `dropped` includes them. */
  readonly oldest: string;
  /** A place after these entries and before all later ones. */
  readonly place: string;
  /** The latest entries, the oldest first. Their positions are places. */
  readonly entries: readonly HistoryEntry[];
}

/**
 * Histories: short logs of rooms. The entries of all histories of a namespace have places in one order: 14 digits and lower-case letters.
 */
export interface EngineHistories {
  /**
   * Appends a message to histories, and to a log if asked, and publishes it to topics with its place and its position. All of this
   * is atomic, so that a reader of a history finds a message either in the history or on the topic.
   * @param log the log of the namespace. @param isLogged whether the message is written to it.
   */
  record(
    histories: readonly HistoryTarget[],
    log: string,
    isLogged: boolean,
    topics: readonly string[],
    payload: Buffer,
  ): Promise<unknown>;
  /**
   * Reads the latest entries of a history, and publishes a message to a topic. Messages with a place before its place are in the
   * history, and later ones are not.
   * @param log the log of the namespace. @param count the number of entries.
   */
  snapshot(
    history: HistoryTarget,
    log: string,
    count: number,
    topic: string,
    payload: Buffer,
  ): Promise<HistorySnapshot>;
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
