import type { DisconnectDetails } from '../../virtual-socket/disconnect-details.js';
import type { HubLike, MethodResolver, SocketLike } from '../contracts.js';
import type { Event } from '../events/socket-events.js';

/** The methods and hooks that a class adds to its sockets: one object for all of them. Without one, a socket has listeners alone. */
export interface SocketStyle {
  readonly methods: MethodResolver;
  /** Whether an event waits until the one before it has been handled; undefined where the server decides. */
  readonly serial: boolean | undefined;
  /** Before the client is told. False, or a promise of it, keeps the client out. */
  beforeConnect(socket: SocketLike, auth: unknown): unknown;
  /** The client has been told that it is in. */
  connected(socket: SocketLike): void;
  /** The client leaves; the socket is still in its rooms. */
  disconnecting(socket: SocketLike, reason: string, description: unknown, details: DisconnectDetails): void;
  /** The client has left. */
  disconnected(socket: SocketLike, reason: string, description: unknown, details: DisconnectDetails): void;
  /** Calls the method for an event. Never fails; the promise is there only when the method is asynchronous. */
  handle(socket: SocketLike, data: Event, id: number | undefined): Promise<void> | undefined;
  /** Hears of a failure before the server does. @returns whether there is a hook that takes care of it. */
  failed(socket: SocketLike, error: unknown, phase: string, event: string | undefined): boolean;
}

/** Finds the style of a class. @throws TypeError when the class is not registered for the namespace. */
export type StyleOf = (hub: HubLike, ctor: unknown) => SocketStyle;
