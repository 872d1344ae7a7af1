import type { Adapter } from 'socket.io-adapter';
import type { ServerContext } from '../contracts.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import type { Socket } from '../socket/socket.js';
import { Hub as AnyHub } from './hub.js';
import { ParentHub as AnyParentHub, type NamespaceMatcher } from './parent-hub.js';

/**
 * A namespace as the server sees it: its middlewares, sockets, rooms and broadcasts. socket.io calls it `Namespace`.
 *
 * Events: `connect(socket)`, `connection(socket)`, `recovery_expired(lost)`, and those that other servers send with `serverSideEmit`.
 */
export type Hub<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
> = AnyHub<
  ListenEvents,
  EmitEvents,
  ServerSideEvents,
  SocketData,
  Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
>;
/** The class, for `instanceof`. */
export const Hub = AnyHub;

/** Makes a namespace of plain events. */
export function newHub(server: ServerContext, name: string): Hub {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  return new AnyHub<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any, Socket>(server, name);
}

/**
 * The parent of namespaces that are created when a client asks for them. An event to the parent goes to all its
 * children. A child starts with the middlewares and listeners that the parent has at that moment.
 */
export type ParentHub<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
> = AnyParentHub<
  ListenEvents,
  EmitEvents,
  ServerSideEvents,
  SocketData,
  Socket<ListenEvents, EmitEvents, ServerSideEvents, SocketData>
>;

/** Makes the parent of namespaces of plain events. */
export function newParentHub(server: ServerContext, matches: NamespaceMatcher): ParentHub {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  return new AnyParentHub<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, any, Socket>(server, matches);
}

/** Makes the adapter of a namespace. */
export type AdapterFactory = (new (hub: Hub) => Adapter) | ((hub: Hub) => Adapter);
