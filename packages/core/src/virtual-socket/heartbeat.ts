import type { DeadlineQueue } from '../internal/time/deadlines.js';
import type { Transport } from '../transport/transport.js';

/** Fields of a connection that only this module uses. */
export const kChecks = Symbol('sio.livenessChecks');
export const kReceived = Symbol('sio.bytesReceived');
export const kTaken = Symbol('sio.bytesTaken');

/** The part of a connection that heartbeats use. They are a function module, so that a connection needs no object for them. */
export interface HeartbeatConnection {
  readonly transport: Transport;
  readonly engine: {
    readonly livenessCheck: DeadlineQueue;
    readonly livenessChecks: number;
    readonly opts: { readonly pingInterval: number };
    readonly expiring: DeadlineQueue | undefined;
  };
  /** Consecutive checks without traffic since the ping; 0 if no pong is pending. */
  [kChecks]: number;
  /** Bytes that had come at the last check. */
  [kReceived]: number;
  /** Bytes that the system had taken at the last check; -1 when nothing waited. */
  [kTaken]: number;
  armHeartbeat(queue: DeadlineQueue): void;
}

/** Whether a heartbeat is out and its answer is due. */
export function awaitsPong(conn: HeartbeatConnection): boolean {
  return conn[kChecks] > 0;
}

/** A heartbeat is out: from now on silence counts. @param beside bytes that have come beside the transport. */
export function awaitPong(conn: HeartbeatConnection, beside = 0): void {
  showsLife(conn, beside);
  conn[kChecks] = 1;
  conn.armHeartbeat(conn.engine.livenessCheck);
}

/** Goes on waiting for the answer. @returns false when nothing has come for a whole ping timeout. */
export function stillAwaitsPong(conn: HeartbeatConnection, beside = 0): boolean {
  const { engine } = conn;
  if (showsLife(conn, beside)) conn[kChecks] = 1;
  else if (conn[kChecks] >= engine.livenessChecks) return false;
  else conn[kChecks]++;
  conn.armHeartbeat(engine.livenessCheck);
  return true;
}

/** The answer has come. */
export function pongCame(conn: HeartbeatConnection): void {
  conn[kChecks] = 0;
}

/**
 * Whether anything has come from the client since this was last asked, or was taken by it of what was then waiting. Heartbeats
 * cannot overtake a large message on a slow link, so any traffic keeps a connection alive.
 */
export function showsLife(conn: HeartbeatConnection, beside = 0): boolean {
  const { transport } = conn;
  // Of 32 bits, which need no object of their own on each connection's heap.
  const received = (transport.bytesReceived + beside) | 0;
  const taken = transport.bytesTaken;
  const more = received !== conn[kReceived] || (conn[kTaken] !== -1 && taken !== conn[kTaken]);
  conn[kReceived] = received;
  conn[kTaken] = taken;
  return more;
}

/** Milliseconds since the client has last shown that it lives, by the deadline that is armed; undefined when none is. */
export function silenceOf(
  conn: HeartbeatConnection & { readonly deadlineQueue: DeadlineQueue | undefined; readonly due: number },
): number | undefined {
  const armed = conn.deadlineQueue ?? conn.engine.expiring;
  if (armed === undefined) return undefined;
  const checks = conn[kChecks];
  const waited = checks === 0 ? armed.duration : checks * armed.duration + conn.engine.opts.pingInterval;
  return Math.max(0, Math.round(performance.now() - (conn.due - waited)));
}
