import {
  ackChannel,
  connectionChannel,
  disconnectionChannel,
  emitChannel,
  errorChannel,
  eventChannel,
  refusalChannel,
} from '../../internal/events/channels.js';
import type { ConnectFailure } from '../../virtual-socket/dialect.js';
import type { ConnectionError } from '../../virtual-socket/engine.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';
import { type ClientError, isClientError } from '../access/refusal.js';
import type { ErrorContext } from './reporter.js';
import type { Event } from './socket-events.js';

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
export interface ConnectionMessageOf<Socket> extends DiagnosticPlace {
  /** The socket that it concerns. */
  readonly socket: Socket;
}

/** On `sio:disconnection`. */
export interface DisconnectionMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** As `disconnect` listeners get it. */
  readonly reason: string;
}

/** On `sio:event`: an event that came in, before any guard or validation. */
export interface EventMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** Its name. */
  readonly event: string;
  /** Its arguments. */
  readonly args: readonly unknown[];
  /** The client asked for an acknowledgement. */
  readonly wantsAck: boolean;
}

/** On `sio:emit`, once for each client that an event goes to. */
export interface EmitMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** Its name. */
  readonly event: string;
  /** Its arguments. */
  readonly args: readonly unknown[];
}

/** On `sio:ack`. */
export interface AckMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** `out` to a client, `in` from one. */
  readonly direction: 'in' | 'out';
  /** The event that is acknowledged; known for those of clients alone, which go `out`. */
  readonly event: string | undefined;
  /** The values of the acknowledgement. */
  readonly args: readonly unknown[];
}

/** On `sio:error`: a failure of the application's code. */
export interface ErrorMessageOf<Socket> extends Partial<ConnectionMessageOf<Socket>> {
  /** The error. */
  readonly error: unknown;
  /** As in {@link ErrorContext}. */
  readonly phase: string;
  /** In whose handler. */
  readonly event: string | undefined;
}

/** On `sio:refusal`. */
export type RefusalMessageOf<Socket> =
  | (ConnectionError & { readonly type: 'handshake' })
  | (DiagnosticPlace & {
      readonly type: 'connect';
      /** Undefined when there is no such namespace. */
      readonly socket: Socket | undefined;
      readonly message: string;
      readonly data: unknown;
    })
  | (Partial<ConnectionMessageOf<Socket>> & {
      readonly type: 'event';
      readonly event: string | undefined;
      readonly error: ClientError;
    });

/** The part of a socket that says where something happens. */
interface Place {
  readonly conn: VirtualSocket;
  readonly nsp: { readonly name: string };
}

function placeOf(socket: Place): ConnectionMessageOf<Place> {
  const { conn, nsp } = socket;
  return { socket, ...placeIn(conn, nsp.name) };
}

function placeIn({ transport, generation }: VirtualSocket, namespace: string): DiagnosticPlace {
  return { namespace, transport: transport.name, generation };
}

export function publishConnection(socket: Place): void {
  connectionChannel.publish(placeOf(socket) satisfies ConnectionMessageOf<object>);
}

export function publishDisconnection(socket: Place, reason: string): void {
  disconnectionChannel.publish({ ...placeOf(socket), reason } satisfies DisconnectionMessageOf<object>);
}

export function publishEvent(socket: Place, [event, ...args]: Event, wantsAck: boolean): void {
  eventChannel.publish({ ...placeOf(socket), event, args, wantsAck } satisfies EventMessageOf<object>);
}

export function publishEmit(socket: Place, [event, ...args]: Event): void {
  emitChannel.publish({ ...placeOf(socket), event, args } satisfies EmitMessageOf<object>);
}

export function publishAck(socket: Place, direction: 'in' | 'out', event: string | undefined, args: unknown[]): void {
  ackChannel.publish({ ...placeOf(socket), direction, event, args } satisfies AckMessageOf<object>);
}

export function publishConnectRefused(
  conn: VirtualSocket,
  namespace: string,
  socket: object | undefined,
  { message, data }: ConnectFailure,
): void {
  const told = { type: 'connect', socket, message, data } as const;
  refusalChannel.publish({ ...placeIn(conn, namespace), ...told } satisfies RefusalMessageOf<object>);
}

/** An error that an application makes for its client is a refusal, any other a failure. */
export function publishFailure(error: unknown, { phase, event, namespace, socket }: ErrorContext): void {
  const place = socket === undefined ? { namespace } : placeOf(socket as Place);
  if (isClientError(error) && phase === 'event') {
    refusalChannel.publish({ type: 'event', ...place, event, error });
  } else errorChannel.publish({ ...place, error, phase, event });
}
