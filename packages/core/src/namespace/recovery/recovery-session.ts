/** A socket whose client has come back for it. */
export interface RestoredSession {
  readonly sid: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
  /** Arguments of the events that it has missed so far, offsets included. */
  missed(): readonly (readonly unknown[])[];
  /** The client was lost before it was in again: it may try once more. */
  giveBack(): void;
  /** The client was not let in. */
  refuse(): void;
}

/** What lets a client come back to its socket after its connection broke. */
export interface RecoverySession {
  /** Private id: whoever knows it may take the socket over. */
  readonly pid: string;
  /** Where the log of packets stood when the socket came in. */
  since: number;
  /** Set when it comes back. */
  returning: RestoredSession | undefined;
}
