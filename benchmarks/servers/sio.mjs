import { Server } from '@sio/core';
import { handle } from './handlers.mjs';

/** sio in the function style: the same application code as for socket.io.
 * @type {import('../types.d.ts').ServerModule['start']}
 */
export function start(http, { handlers, maxPayload, releaseRequest }) {
  const io = new Server(http, { serveClient: false, maxHttpBufferSize: maxPayload, releaseRequest });
  handle(io, handlers);
}
