import type { DisconnectDetails } from '../../virtual-socket/disconnect-details.js';

/** Why a socket was disconnected. */
export type DisconnectReason =
  | 'transport error'
  | 'transport close'
  | 'forced close'
  | 'slow consumer'
  | 'rate limited'
  | 'auth ended'
  | 'ping timeout'
  | 'parse error'
  | 'server shutting down'
  | 'forced server close'
  | 'client namespace disconnect'
  | 'server namespace disconnect';

/** The events of a socket itself. */
export interface SocketReservedEvents {
  disconnecting: (reason: DisconnectReason, description: unknown, details: DisconnectDetails) => void;
  disconnect: (reason: DisconnectReason, description: unknown, details: DisconnectDetails) => void;
  error: (error: Error) => void;
}

/** An event as `use` and catch-all listeners see it. */
// biome-ignore lint/suspicious/noExplicitAny: whatever clients send, as socket.io's listeners are used to take it.
export type Event = [name: string, ...args: any[]];

/** The error that a middleware hands to `next`: `data` goes to the client beside the message. */
// biome-ignore lint/suspicious/noExplicitAny: as in socket.io, whose middlewares read it untyped.
export type ExtendedError = Error & { data?: any };
