import { Server } from 'socket.io';
import { handle } from './handlers.mjs';

/** socket.io as it comes, with its default options: what the other servers are compared with.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, { handlers, maxPayload, releaseRequest }) {
  const io = new Server(http, { serveClient: false, maxHttpBufferSize: maxPayload });
  if (releaseRequest) {
    // The way its own documentation recommends for saving memory.
    io.engine.on('connection', (/** @type {any} */ connection) => {
      connection.request = null;
    });
  }
  handle(io, handlers);
}
