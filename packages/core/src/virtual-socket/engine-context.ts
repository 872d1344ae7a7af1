import type { Flusher } from '../internal/flusher.js';
import type { DeadlineQueue, Deadlines } from '../internal/time/deadlines.js';
import type { EngineOptions } from './engine-options.js';
import type { Traffic } from './traffic.js';
import type { UnjoinedConnections } from './unjoined-connections.js';

/** Counts since the server began. */
export interface FlowCounters {
  /** Events that were dropped to keep slow clients within their budget. */
  dropped: number;
  /** Events that a later one of the same key has replaced before they went out. */
  replaced: number;
  /** Volatile events that were not sent, as the client could not take them at once. */
  skipped: number;
  /** Clients that were disconnected because they did not read. */
  slowConsumers: number;
}

/** The part of an application's code, or of our own work, that has failed. */
export type FailurePhase = 'listener' | 'handshake' | 'connection';

/** Takes each connection that opens: the layer of namespaces. */
export interface ConnectionTaker {
  accept(conn: never): void;
}

/** The part of an engine that its connections and dialects use. */
export interface EngineContext {
  readonly opts: EngineOptions;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly flusher: Flusher;
  readonly deadlines: Deadlines;
  readonly pingInterval: DeadlineQueue;
  /** The time between two checks of a client that owes an answer to a heartbeat. */
  readonly livenessCheck: DeadlineQueue;
  /** The number of checks without traffic that make a ping timeout. */
  readonly livenessChecks: number;
  readonly linger: DeadlineQueue;
  readonly upgradeTimeout: DeadlineQueue;
  readonly upgradeTick: DeadlineQueue;
  /** The time in which clients are to answer that the server goes away. */
  readonly farewell: DeadlineQueue;
  readonly attachmentTimeout: DeadlineQueue;
  readonly loopLag: { readonly worst: number };
  /** The queue whose deadline is being dealt with right now. */
  expiring: DeadlineQueue | undefined;
  readonly flow: FlowCounters;
  readonly traffic: Traffic;
  readonly watchesFlush: boolean;
  readonly watchesDrain: boolean;
  readonly unjoinedConnections: UnjoinedConnections;
  /** Undefined where an engine stands alone. */
  readonly taker: ConnectionTaker | undefined;

  emit(event: string, ...args: unknown[]): boolean;
  listenerCount(event: string): number;
  /** A connection has opened. */
  announce(conn: object): void;
  /** Transports that a connection on `transport` may change to. */
  upgrades(transport: string): string[];
  /** Takes failures of the application's code. */
  failed(error: unknown, phase: FailurePhase, what: string): void;
  /** Takes a failure of work on one connection, which ends. */
  itemFailed(error: unknown, item: object): void;
  /** The connection has ended, whether or not its client knows. */
  ended(conn: object): void;
  /** The connection has ended, and its client has not learned of it yet. */
  keepLingering(conn: object): void;
  /** @param lingered its client has learned of the end, or was waited for without success. */
  forget(conn: object, lingered: boolean): void;
  /** The connection is about to let go of its request. */
  requestReleased?: ((conn: never) => void) | undefined;
}
