import type { RoomHistory } from './room-history.js';

/**
 * Why a client does not get the session that it asks for. `unknown_session`: no server keeps it. `lost_history`: not
 * all missed events are certain to be kept. `unreachable`: the store of the events does not answer.
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
  /** The client asked for a session that could not be restored. */
  readonly gap: RecoveryGap | undefined;
}
