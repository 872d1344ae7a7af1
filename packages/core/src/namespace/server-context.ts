import type { IncomingMessage } from 'node:http';
import type { Adapter } from 'socket.io-adapter';
import type { TellUnawaited } from '../internal/contained-promise.js';
import type { DeadlineQueue, Deadlines } from '../internal/deadlines.js';
import type { Authenticator, SessionExpiry } from './access/authenticator.js';
import type { Guards } from './access/guards.js';
import type { RateLimits } from './access/rate-limits.js';
import type { ErrorContext, Logger } from './events/reporter.js';
import type { AdapterEncoder } from './hub/encoder.js';
import type { Hub } from './hub/hub.js';
import type { RecoveryPolicy } from './recovery/recovery.js';
import type { Tasks } from './socket/tasks.js';

/** Limits of the namespace layer, with defaults filled in. */
export interface NamespaceLimits {
  /** Packets that wait while `onConnect` or a middleware is pending. */
  readonly maxPendingEvents: number;
  /** Bytes of all that waits so, for one connection. */
  readonly maxPendingBytes: number;
  readonly maxNamespacesPerConnection: number;
  readonly maxPendingAcks: number;
  readonly maxRoomsPerSocket: number;
  readonly maxRoomNameLength: number;
}

/** Makes the adapter of a namespace. */
export type AdapterFactory = (new (hub: Hub) => Adapter) | ((hub: Hub) => Adapter);

/** What namespaces need of the server that holds them. */
export interface ServerContext {
  /** By name. A `Map`: names come from the wire. */
  readonly _nsps: Map<string, Hub>;
  readonly encoder: AdapterEncoder;
  readonly limits: NamespaceLimits;
  /** Asked about every connect and event; undefined when there are none. */
  readonly guards: Guards | undefined;
  /** Undefined when nobody's authentication is looked after. */
  readonly authority: Authenticator | undefined;
  readonly expiry: SessionExpiry;
  readonly rates: RateLimits;
  readonly deadlines: Deadlines;
  /** Undefined when clients cannot have their sockets back. */
  readonly recovery: RecoveryPolicy | undefined;
  readonly connectDeadline: DeadlineQueue;
  readonly logger: Logger;
  /** Jobs of this server and its sockets. */
  readonly tasks: Tasks;
  /** Whether sockets of classes that do not say otherwise, and all others, handle events one after the other. */
  readonly serial: boolean;
  /** Whether a connection lets go of its request as soon as it has joined a namespace. */
  readonly releaseRequest: boolean;
  /** The object that users know as the server. */
  readonly opts: object;
  makeAdapter(hub: Hub): Adapter;
  /** Looks for a dynamic namespace. */
  resolveHub(name: string, auth: unknown, done: (hub: Hub | undefined) => void): void;
  /** No socket is in a namespace, or on its way into it, any more. */
  hubEmptied(hub: Hub): void;
  /** Tells whoever takes care of failures. @param taken somebody already did. */
  report(error: unknown, context: ErrorContext, taken?: boolean): void;
  /** Logs, at the level `debug`, the rejection of a promise of ours that nothing awaits. */
  readonly unawaited: TellUnawaited;
}

/** What `socket.request` is when nothing says otherwise. */
export type DefaultRequest = IncomingMessage;
