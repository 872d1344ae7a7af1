import type { IncomingMessage } from 'node:http';
import type { Adapter } from 'socket.io-adapter';
import type { Packet } from '../codec/packet/packet.js';
import type { LimitExceeded } from '../internal/coded-error.js';
import type { TellUnawaited } from '../internal/events/contained-promise.js';
import type { Pending } from '../internal/pending.js';
import type { DeadlineQueue, Deadlines } from '../internal/time/deadlines.js';
import type { OutboundPacket } from '../transport/frame.js';
import type { DropPolicy } from '../virtual-socket/backpressure-queue.js';
import type { ConnectFailure } from '../virtual-socket/dialect.js';
import type { DisconnectDetails } from '../virtual-socket/disconnect-details.js';
import type { VirtualSocket } from '../virtual-socket/virtual-socket.js';
import type { EventRate } from './access/event-rate.js';
import type { ErrorContext, Logger } from './events/reporter.js';
import type { DisconnectReason, Event } from './events/socket-events.js';
import type { HistoryBudget } from './history/history-budget.js';
import type { HistoryPolicy } from './history/history-rules.js';
import type { AdapterEncoder } from './hub/encoder.js';
import type { RecoveryGap, RecoverySession, RestoredSession } from './recovery/recovery-session.js';
import type { Handshake } from './socket/handshake.js';
import type { PendingInput } from './socket/pending-input.js';
import type { Tasks } from './socket/tasks.js';
import {
  kAbandon,
  kAcknowledge,
  kBeforeConnect,
  kBusy,
  kClose,
  kConnect,
  kDeliver,
  kEndAuth,
  kFail,
  kJoining,
  kMethods,
  kProtocolError,
  kReceive,
  kReport,
  kSession,
} from './symbols.js';

/** A method that serves an event. */
export interface ResolvedMethod {
  /** The event's name as the class has it, however the client spells it. */
  readonly event: string;
  /** The method's name. */
  readonly method: PropertyKey;
  /** The same for all names of one method. */
  readonly aclKey: unknown;
}

/** Finds the method for an event; implemented by the dispatch table of a class. */
export interface MethodResolver {
  find(event: unknown): ResolvedMethod | undefined;
}

// ---- a client in a namespace ----

/** A client in a namespace, as namespaces, guards, rates, authentication and state recovery see it. */
export interface SocketLike {
  readonly id: string;
  readonly nsp: HubLike;
  readonly client: ClientLike;
  readonly conn: VirtualSocket;
  readonly server: ServerContext;
  readonly adapter: Adapter;
  readonly rooms: ReadonlySet<string>;
  readonly data: unknown;
  readonly recovered: boolean;
  readonly connected: boolean;
  get expiresAt(): Date | undefined;
  set expiresAt(time: Date | number | undefined);
  join(rooms: string | readonly string[]): Promise<void> | void;
  disconnect(close?: boolean): unknown;
  /** Listeners by event; undefined when there are none. */
  readonly _events: Readonly<Record<string | symbol, unknown>> | undefined;
  /** Those of a class. */
  readonly [kMethods]?: MethodResolver | undefined;
  /** With state recovery, where the client can make use of it. */
  readonly [kSession]: RecoverySession | undefined;
  /** It is not in yet. */
  readonly [kJoining]: boolean;
  readonly [kBusy]: boolean;
  /** Returning false, or a promise of it, keeps the client out. */
  [kBeforeConnect](auth: unknown): unknown;
  /** Tells the client that it is in. */
  [kConnect](): void;
  /** The client is kept out, or has left before it was in. */
  [kAbandon](): void;
  /** A packet for it. */
  [kReceive](packet: Packet): void;
  [kProtocolError](error: Error): void;
  [kClose](reason: DisconnectReason, description: unknown, known?: DisconnectDetails): void;
  /** A broadcast reaches it. */
  [kDeliver](packet: OutboundPacket, volatile: boolean, compress: boolean, dropPolicy: DropPolicy | undefined): void;
  [kAcknowledge](id: number, args: unknown[], event: string): void;
  /** Tells the client, and what takes care of failures, why an event is not handled. */
  [kFail](error: unknown, event: string, id: number | undefined): void;
  [kReport](error: unknown, phase: string, event: string | undefined): void;
  /** Its authentication has ended. */
  [kEndAuth](why: LimitExceeded): void;
}

/** One connection as namespaces see it. */
export interface ClientLike {
  readonly conn: VirtualSocket;
  readonly _pending: PendingInput;
  _add(socket: SocketLike): void;
  /** @param byClient its client has said that it leaves. */
  _remove(socket: SocketLike, byClient?: boolean): void;
  /** Its first namespace is joined. */
  joined(): void;
  /** Sends a packet to this client alone. @throws CodecError when it cannot be encoded. */
  send(packet: Packet, compress: boolean): void;
  /** Tells the client that it is in. @returns whether that could be said. */
  sendConnected(nsp: string, socketId: string, pid: string | undefined): boolean;
  sendConnectFailure(nsp: string, failure: ConnectFailure): void;
  sendDisconnect(nsp: string): void;
  /** Leaves every namespace and closes the connection. */
  disconnect(): void;
}

// ---- a namespace ----

/** A namespace as sockets, connections and adapters see it. */
export interface HubLike {
  readonly name: string;
  readonly server: ServerContext;
  readonly adapter: Adapter;
  readonly sockets: ReadonlyMap<string, SocketLike>;
  /** Counts acknowledgement ids. Adapters write it. */
  _ids: number;
  readonly _middlewares: readonly HubMiddleware[];
  readonly _factory: SocketFactory;
  /** Checks what is emitted; undefined without schemas. */
  readonly _emits: OutboundCheck | undefined;
  /** Undefined without state recovery. */
  readonly _recovery: RecoveryLike | undefined;
  /** No socket is in it, on its way in, or may come back. */
  readonly isEmpty: boolean;
  leaveIfEmpty(): void;
  /** A client asks to join. @param found the socket that it asks back, or why it does not get it. */
  _admit(client: ClientLike, auth: unknown, found: RestoredSession | RecoveryGap | undefined): void;
  /** The last word on a socket that wanted in. */
  _settled(socket: SocketLike, accepted: boolean): void;
  _announce(socket: SocketLike): void;
  _remove(socket: SocketLike): void;
  _recoveryExpired(lost: ExpiredRecovery): void;
}

/** Runs for each client that connects to the namespace. `next(error)` refuses it. */
export type HubMiddleware = (socket: SocketLike, next: (error?: Error & { data?: unknown }) => void) => unknown;

/** Schemas of what is emitted. */
export interface OutboundCheck {
  check(given: unknown[]): unknown[];
}

/** Makes the sockets of a namespace: plain ones, or objects of a user's class. */
export interface SocketFactory {
  readonly emits?: OutboundCheck | undefined;
  create(): SocketLike;
}

/** A session that can no longer be resumed. */
export interface ExpiredRecovery {
  readonly sid: string;
  readonly rooms: ReadonlySet<string>;
  // biome-ignore lint/suspicious/noExplicitAny: as untyped as `socket.data` is by default.
  readonly data: any;
}

/** Connection state recovery of a namespace. */
export interface RecoveryLike {
  readonly skipMiddlewares: boolean;
  /** Clients may still come back. */
  readonly awaits: boolean;
  /** An offset stands behind the arguments of every event that an adapter may have to repeat. */
  readonly stampsEvents: boolean;
  /** Credentials without private id and offset. */
  withoutSecrets(auth: unknown): unknown;
  /** A session for a socket on its way in; undefined when its client could do nothing with it. */
  sessionFor(
    client: ClientLike,
    auth: unknown,
    found: RestoredSession | RecoveryGap | undefined,
  ): RecoverySession | undefined;
  /** The socket that a client asks back, or why it does not get it; undefined when it does not ask. */
  find(
    client: ClientLike,
    auth: unknown,
  ): RestoredSession | RecoveryGap | undefined | Promise<RestoredSession | RecoveryGap | undefined>;
  entered(socket: SocketLike, session: RecoverySession, restored: RestoredSession | undefined): void;
  left(socket: SocketLike, session: RecoverySession, reason: string): void;
}

// ---- the server ----

/** The histories of rooms. */
export interface Histories {
  readonly policy: HistoryPolicy;
  /** Bytes of those that are in memory. */
  readonly budget: HistoryBudget;
}

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

/** Connection state recovery, with defaults filled in. */
export interface RecoveryPolicy {
  readonly maxDisconnectionDuration: number;
  readonly skipMiddlewares: boolean;
  readonly maxPackets: number;
  readonly maxPacketBytes: number;
  readonly maxSessions: number;
  readonly maxSessionBytes: number;
  readonly offeredTo: ((handshake: Handshake) => boolean) | undefined;
}

/** Guards of all namespaces: see `guards.ts`. */
export interface GuardsLike {
  connect(socket: SocketLike, auth: unknown): undefined | Promise<void>;
  event(socket: SocketLike, data: Event, id: number | undefined, proceed: () => void): void;
  /** Whether events of a socket wait for a decision. */
  holds(socket: SocketLike): boolean;
}

/** Authentication that is checked again: see `authenticator.ts`. */
export interface AuthenticatorLike {
  readonly renewEvent: string;
  connect(socket: SocketLike, auth: unknown): void | PromiseLike<void>;
  renew(socket: SocketLike, data: Event, id: number | undefined): Promise<void>;
  forget(socket: SocketLike): void;
}

/** Ends of sockets by time: see `authenticator.ts`. */
export interface SessionExpiryLike {
  /** Whether a socket has had an expiry: only then are events checked for it. */
  readonly isUsed: boolean;
  of(socket: SocketLike): Date | undefined;
  set(socket: SocketLike, time: number | Date | undefined): void;
  ends(socket: SocketLike): boolean;
  forget(socket: SocketLike): void;
}

/** Rates of clients: see `rate-limits.ts`. */
export interface RateLimitsLike {
  /** Whether events have to be counted at all. */
  readonly countsEvents: boolean;
  admits(socket: SocketLike, event: string, id: number | undefined): boolean;
  spend(socket: SocketLike, method: unknown, rate: EventRate): void;
  admitsJoin(client: ClientLike): boolean;
}

/** The server as its namespaces see it. */
export interface ServerContext {
  /** By name. A `Map`: names come from the wire. */
  readonly _nsps: ReadonlyMap<string, HubLike>;
  readonly encoder: AdapterEncoder;
  readonly limits: NamespaceLimits;
  /** Asked about every connect and event; undefined when there are none. */
  readonly guards: GuardsLike | undefined;
  /** Undefined without the option `auth`. */
  readonly authenticator: AuthenticatorLike | undefined;
  readonly expiry: SessionExpiryLike;
  readonly rates: RateLimitsLike;
  readonly deadlines: Deadlines;
  /** Undefined when clients cannot have their sockets back. */
  readonly recovery: RecoveryPolicy | undefined;
  /** Rooms whose events are kept; undefined where none are. */
  readonly histories: Histories | undefined;
  readonly connectDeadline: DeadlineQueue;
  readonly logger: Logger;
  /** Jobs of this server and its sockets. */
  readonly tasks: Tasks;
  /** Hooks of disconnected sockets that still run: the server drains until they have ended. */
  readonly disconnecting: Pending;
  /** Whether sockets of classes that do not say otherwise, and all others, handle events one after the other. */
  readonly serial: boolean;
  /** Whether a connection lets go of its request as soon as it has joined a namespace. */
  readonly releaseRequest: boolean;
  /** The object that users know as the server. */
  readonly opts: object;
  /** Makes the sockets of namespaces without a class. */
  readonly plainSockets: SocketFactory;
  makeAdapter(hub: HubLike): Adapter;
  /** Looks for a dynamic namespace. */
  resolveHub(name: string, auth: unknown, done: (hub: HubLike | undefined) => void): void;
  /** No socket is in a namespace, or on its way into it, any more. */
  hubEmptied(hub: HubLike): void;
  /** Tells what takes care of failures. @param taken it has been taken care of. */
  report(error: unknown, context: ErrorContext, taken?: boolean): void;
  /** Logs, at the level `debug`, the rejection of a promise of ours that nothing awaits. */
  readonly unawaited: TellUnawaited;
}

/** The type of `socket.request` when nothing says otherwise. */
export type DefaultRequest = IncomingMessage;

/** How an adapter asks for a packet to be written. */
export interface WriteOptions {
  readonly volatile?: boolean;
  readonly compress?: boolean;
}
