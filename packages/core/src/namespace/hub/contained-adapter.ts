import type { Adapter } from 'socket.io-adapter';
import { contain } from '../../internal/events/lazy-emitter.js';
import type { SocketLike } from '../contracts.js';

/** The method with which `socket.io-adapter` goes through the sockets: to broadcast, to move them between rooms, to disconnect them. */
interface Applying {
  apply?(options: unknown, callback: (socket: SocketLike) => unknown): void;
}

/**
 * Lets a socket that fails cost itself only, whatever an adapter does to many. Without this, one socket with too many rooms would
 * end a `socketsJoin`, and where another server has asked for it, the process.
 */
export function containSockets(adapter: Adapter, report: (error: unknown, socket: SocketLike) => void): void {
  const applying: Applying = adapter as object;
  const { apply } = applying;
  if (typeof apply !== 'function') return;
  applying.apply = (options, callback) =>
    apply.call(adapter, options, (socket) =>
      contain(
        () => callback(socket),
        (error) => report(error, socket),
      ),
    );
}
