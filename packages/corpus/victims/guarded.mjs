/**
 * What the attack on state recovery needs: a namespace that asks who comes, and does not let in whom it has banned.
 *
 * @param {any} io a server of socket.io or of sio
 */
export function addGuarded(io) {
  const banned = new Set();
  const guarded = io.of('/guarded');
  guarded.use((/** @type {any} */ socket, /** @type {(error?: Error) => void} */ next) =>
    next(banned.has(socket.handshake.auth.token) ? new Error('banned') : undefined),
  );
  guarded.on('connection', (/** @type {any} */ socket) => {
    socket.on('ban me', (/** @type {() => void} */ answer) => {
      banned.add(socket.handshake.auth.token);
      answer();
    });
    socket.on('tell me', () => socket.emit('told'));
  });
}

/** Heartbeats that can be counted, and state recovery. */
export const OPTIONS = { pingInterval: 200, pingTimeout: 20_000, connectionStateRecovery: {} };
