import type { Socket } from 'node:net';

/**
 * Resolves when a TCP socket is closed, cleanly or by a reset. `once(socket, 'close')` rejects at a reset, and a peer that
 * destroys a socket with unread bytes resets it.
 */
export function closedSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.on('error', () => {}).once('close', () => resolve());
  });
}
