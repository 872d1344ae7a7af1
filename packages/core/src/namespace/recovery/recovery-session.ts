import type { RoomHistory } from './room-history.js';

/**
 * Why a client that asks for its former session does not get it: no server keeps the session (`unknown_session`), it is not certain that
 * all events it has missed are kept (`lost_history`), or the place where they are kept does not answer (`unreachable`).
 */
export type RecoveryGap = 'unknown_session' | 'lost_history' | 'unreachable';

/** A session whose client has come back for it. */
export interface RestoredSession {
  readonly sid: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
  /** With our own adapter, what the client may ask for when it is lost again. */
  readonly history: RoomHistory | undefined;
  /** Arguments of the events that it has missed so far, offsets included. */
  missed(): readonly (readonly unknown[])[];
  /** The client was lost before it was in again: it may try once more. */
  giveBack(): void;
  /** The client was not let in. */
  refuse(): void;
}

/** Lets a client come back to its socket after its connection broke. Can be resumed once. */
export interface RecoverySession {
  /** Private id: a client that knows it may take the socket over. */
  readonly pid: string;
  /** With our own adapter, once the socket is in. */
  history: RoomHistory | undefined;
  /** Set while it comes back. */
  returning: RestoredSession | undefined;
  /** The client has asked for a session in vain. */
  readonly gap: RecoveryGap | undefined;
}
