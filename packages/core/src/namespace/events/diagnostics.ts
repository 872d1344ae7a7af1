import {
  ackChannel,
  connectionChannel,
  disconnectionChannel,
  emitChannel,
  errorChannel,
  eventChannel,
  refusalChannel,
} from '../../internal/channels.js';
import type { ConnectFailure } from '../../virtual-socket/dialect.js';
import type { ConnectionError } from '../../virtual-socket/engine.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { type ClientError, isClientError } from '../access/refusal.js';
import type { Socket } from '../socket/socket.js';
import type { ErrorContext } from './reporter.js';
import type { Event } from './socket-events.js';

/** A socket of whatever events, as diagnostics tell of it. */
// biome-ignore lint/suspicious/noExplicitAny: applications know what their sockets are.
export type AnySocket = Socket<any, any, any, any, any>;

/** Where something happened. */
export interface DiagnosticPlace {
  /** Its name. */
  readonly namespace: string;
  /** `websocket`, `polling`, `webtransport`, or one of Socket.IO 0.9. */
  readonly transport: string;
  /** `0.9`, `eio3` or `eio4`. */
  readonly generation: string;
}

/** On `sio:connection`. */
export interface ConnectionMessage extends DiagnosticPlace {
  /** Whom it concerns. */
  readonly socket: AnySocket;
}

/** On `sio:disconnection`. */
export interface DisconnectionMessage extends ConnectionMessage {
  /** As `disconnect` listeners get it. */
  readonly reason: string;
}

/** On `sio:event`: what came in, before any guard or validation. */
export interface EventMessage extends ConnectionMessage {
  /** Its name. */
  readonly event: string;
  /** What came, or goes, with it. */
  readonly args: readonly unknown[];
  /** The client asked for an acknowledgement. */
  readonly wantsAck: boolean;
}

/** On `sio:emit`, once for each client that an event goes to. */
export interface EmitMessage extends ConnectionMessage {
  /** Its name. */
  readonly event: string;
  /** What came, or goes, with it. */
  readonly args: readonly unknown[];
}

/** On `sio:ack`. */
export interface AckMessage extends ConnectionMessage {
  /** `out` to a client, `in` from one. */
  readonly direction: 'in' | 'out';
  /** The event that is acknowledged; known for those of clients alone, which go `out`. */
  readonly event: string | undefined;
  /** What was acknowledged with. */
  readonly args: readonly unknown[];
}

/** On `sio:error`: a failure of the application's code. */
export interface ErrorMessage extends Partial<ConnectionMessage> {
  /** What was thrown. */
  readonly error: unknown;
  /** As in {@link ErrorContext}. */
  readonly phase: string;
  /** In whose handler. */
  readonly event: string | undefined;
}

/** On `sio:refusal`. */
export type RefusalMessage =
  | (ConnectionError & { readonly type: 'handshake' })
  | (DiagnosticPlace & {
      readonly type: 'connect';
      /** Undefined when there is no such namespace. */
      readonly socket: AnySocket | undefined;
      readonly message: string;
      readonly data: unknown;
    })
  | (Partial<ConnectionMessage> & {
      readonly type: 'event';
      readonly event: string | undefined;
      readonly error: ClientError;
    });

/** What is published on each channel of `node:diagnostics_channel`. */
export interface DiagnosticMessages {
  /** A client is in a namespace. */
  'sio:connection': ConnectionMessage;
  /** A client has left a namespace. */
  'sio:disconnection': DisconnectionMessage;
  /** An event came in. */
  'sio:event': EventMessage;
  /** An event goes out. */
  'sio:emit': EmitMessage;
  /** An acknowledgement, either way. */
  'sio:ack': AckMessage;
  /** Code of the application failed. */
  'sio:error': ErrorMessage;
  /** A request, a connect or an event was refused. */
  'sio:refusal': RefusalMessage;
}

/** A socket, whatever its events. */
interface SocketLike {
  readonly conn: VirtualSocket;
  readonly nsp: { readonly name: string };
}

function placeOf(socket: SocketLike): ConnectionMessage {
  const { conn, nsp } = socket;
  return { socket: socket as unknown as AnySocket, ...placeIn(conn, nsp.name) };
}

function placeIn({ transport, generation }: VirtualSocket, namespace: string): DiagnosticPlace {
  return { namespace, transport: transport.name, generation };
}

export function publishConnection(socket: SocketLike): void {
  connectionChannel.publish(placeOf(socket) satisfies ConnectionMessage);
}

export function publishDisconnection(socket: SocketLike, reason: string): void {
  disconnectionChannel.publish({ ...placeOf(socket), reason } satisfies DisconnectionMessage);
}

export function publishEvent(socket: SocketLike, [event, ...args]: Event, wantsAck: boolean): void {
  eventChannel.publish({ ...placeOf(socket), event, args, wantsAck } satisfies EventMessage);
}

export function publishEmit(socket: SocketLike, [event, ...args]: Event): void {
  emitChannel.publish({ ...placeOf(socket), event, args } satisfies EmitMessage);
}

export function publishAck(
  socket: SocketLike,
  direction: 'in' | 'out',
  event: string | undefined,
  args: unknown[],
): void {
  ackChannel.publish({ ...placeOf(socket), direction, event, args } satisfies AckMessage);
}

export function publishConnectRefused(
  conn: VirtualSocket,
  namespace: string,
  socket: object | undefined,
  { message, data }: ConnectFailure,
): void {
  const told = { type: 'connect', socket: socket as AnySocket | undefined, message, data } as const;
  refusalChannel.publish({ ...placeIn(conn, namespace), ...told } satisfies RefusalMessage);
}

/** What an application says to its client on purpose is a refusal, anything else a failure. */
export function publishFailure(error: unknown, { phase, event, namespace, socket }: ErrorContext): void {
  const place = socket === undefined ? { namespace } : placeOf(socket as SocketLike);
  if (isClientError(error) && phase === 'event') {
    refusalChannel.publish({ type: 'event', ...place, event, error });
  } else errorChannel.publish({ ...place, error, phase, event });
}
