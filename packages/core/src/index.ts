export type { DefaultEventsMap, EventsMap } from './namespace/events-map.js';
export type { Handshake } from './namespace/handshake.js';
export { Hub } from './namespace/hub.js';
export { BroadcastOperator } from './namespace/operator.js';
export { RemoteSocket } from './namespace/remote-socket.js';
export { type DisconnectReason, type Event, Socket } from './namespace/socket.js';
export { defaults, type ServerOptions } from './server/options.js';
export { Server } from './server/server.js';
