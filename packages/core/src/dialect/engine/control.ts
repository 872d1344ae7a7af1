import type { Frame } from '../../transport/frame.js';
import type { Connection, RawPacket } from '../../virtual-socket/dialect.js';

/** First characters of the text frames that are no messages. */
export const Control = Object.freeze({ OPEN: 0x30, CLOSE: 0x31, PING: 0x32, PONG: 0x33, UPGRADE: 0x35, NOOP: 0x36 });

const NAMES: ReadonlyMap<number, string> = new Map([
  [Control.OPEN, 'open'],
  [Control.CLOSE, 'close'],
  [Control.PING, 'ping'],
  [Control.PONG, 'pong'],
  [Control.UPGRADE, 'upgrade'],
  [Control.NOOP, 'noop'],
]);

export function isControl(type: number): boolean {
  return NAMES.has(type);
}

/** Describes a frame of ours for listeners. */
export function describeFrame(frame: Frame): RawPacket {
  if (typeof frame !== 'string') return { type: 'message', data: frame };
  const data = frame.length > 1 ? frame.slice(1) : undefined;
  return { type: NAMES.get(frame.charCodeAt(0)) ?? 'message', data };
}

/** For applications that look at the raw packets of a connection. */
export function announce(conn: Connection, type: string, data: Frame | undefined): void {
  conn.emit('packet', { type, data });
  if (type !== 'message') return;
  conn.emit('data', data);
  conn.emit('message', data);
}

export function announceControl(conn: Connection, type: number, frame: string): void {
  announce(conn, NAMES.get(type) ?? 'error', frame.slice(1));
}

/** A client on polling sends a close packet; one on a WebSocket closes the WebSocket instead. */
export function closedByClient(conn: Connection): void {
  if (conn.transport.streaming) return;
  if (conn.transport.writable) conn.transport.sendAll(['6'], false);
  // Reported like the close frame of a WebSocket.
  conn.onTransportClose(conn.transport, 'transport close', { code: 1000 });
}
