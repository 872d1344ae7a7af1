/**
 * socket.io's own names, for moving a project by changing its import.
 *
 * `Namespace` is the namespace as the server sees it, which `@sio/core` calls `Hub`. In CommonJS the module is a function
 * too: `require('@sio/core/compat')(httpServer, options)`.
 *
 * @module
 */
import './internal/supported-node.js';

import { Hub } from './namespace/hub/typed-hub.js';
import { Socket } from './namespace/socket/socket.js';
import { Server } from './server/server.js';

export type { DefaultEventsMap } from './namespace/events/events-map.js';
export type { DisconnectReason, Event, ExtendedError } from './namespace/events/socket-events.js';
export { BroadcastOperator, RemoteSocket } from './namespace/hub/operator.js';
export { Hub as Namespace } from './namespace/hub/typed-hub.js';
export { Socket } from './namespace/socket/socket.js';
export type { ServerOptions } from './server/options/options.js';
export { Server } from './server/server.js';

function createServer(...args: ConstructorParameters<typeof Server>): Server {
  return new Server(...args);
}

/** A server, as `new Server()` makes it. In CommonJS this is what `require()` gives, with the named exports on it. */
const io = Object.assign(createServer, { Server, Namespace: Hub, Socket });

export default io;
