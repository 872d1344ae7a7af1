import {
  ackChannel,
  broadcastChannel,
  connectionChannel,
  disconnectionChannel,
  emitChannel,
  errorChannel,
  eventChannel,
  handlerChannels,
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
  /** The name of the namespace. */
  readonly namespace: string;
  /** The transport: `websocket`, `polling`, `webtransport`, or one of Socket.IO 0.9. */
  readonly transport: string;
  /** The protocol version: `0.9`, `eio3` or `eio4`. */
  readonly generation: string;
}

/** The message on `sio:connection`: a client has joined a namespace. */
export interface ConnectionMessageOf<Socket> extends DiagnosticPlace {
  /** The socket that it concerns. */
  readonly socket: Socket;
}

/** The message on `sio:disconnection`: a client has left a namespace. */
export interface DisconnectionMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** The reason, as `disconnect` listeners get it. */
  readonly reason: string;
}

/** The message on `sio:event`: an event has been received. No guard or validation has seen it yet. */
export interface EventMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** The name of the event, as the client sent it. */
  readonly event: string;
  /** The arguments of the event. */
  readonly args: readonly unknown[];
  /** Whether the client asked for an acknowledgement. */
  readonly wantsAck: boolean;
}

/** The message on `sio:emit`, once for each client that an event is sent to. */
export interface EmitMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** The name of the event. */
  readonly event: string;
  /** The arguments of the event. */
  readonly args: readonly unknown[];
  /** The id of the acknowledgement that the client is asked for; undefined if none is. */
  readonly id: number | undefined;
  /** Whether the event is part of a broadcast, which `sio:broadcast` has announced. */
  readonly broadcast: boolean;
}

/** The message on `sio:broadcast`, once for each event that a server sends to the sockets of a namespace, before the adapter gets it. */
export interface BroadcastMessage {
  /** The name of the namespace. */
  readonly namespace: string;
  /** The server, as `socket.nsp.server` has it. */
  readonly server: object;
  /** The name of the event. */
  readonly event: string;
  /** The arguments of the event. */
  readonly args: readonly unknown[];
  /** The rooms that the event goes to; empty for the whole namespace. */
  readonly rooms: readonly string[];
  /** The rooms whose sockets are left out; the id of a socket is a room. */
  readonly except: readonly string[];
  /** Whether the clients' acknowledgements are collected. */
  readonly wantsAck: boolean;
}

/** The message on the channels of `tracingChannel('sio:handler')`: one object per event, the same on each channel. */
export interface HandlerMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** The event that is handled, under the name of the method or listener. */
  readonly event: string;
  /** The arguments of the event. */
  readonly args: readonly unknown[];
  /** Whether the client asked for an acknowledgement. */
  readonly wantsAck: boolean;
  /** On `end`: whether the handler goes on asynchronously, so that `asyncEnd` follows. */
  pending: boolean;
}

/** The message on `sio:ack`: an acknowledgement has been sent or received. */
export interface AckMessageOf<Socket> extends ConnectionMessageOf<Socket> {
  /** `out` to a client, `in` from one. */
  readonly direction: 'in' | 'out';
  /** The acknowledged event; known for events of clients only, whose acknowledgements go `out`. */
  readonly event: string | undefined;
  /** The values of the acknowledgement. */
  readonly args: readonly unknown[];
  /** The id of the acknowledgement, as in the `sio:emit` message that asked for it; undefined for events of clients. */
  readonly id: number | undefined;
}

/** The message on `sio:error`: code of the application has failed. */
export interface ErrorMessageOf<Socket> extends Partial<ConnectionMessageOf<Socket>> {
  /** The error. */
  readonly error: unknown;
  /** The phase in which it failed, as in {@link ErrorContext}. */
  readonly phase: string;
  /** The event whose handler failed. */
  readonly event: string | undefined;
}

/** The message on `sio:refusal`: a handshake, a connect or an event has been refused. */
export type RefusalMessageOf<Socket> =
  | (ConnectionError & { readonly type: 'handshake' })
  | (DiagnosticPlace & {
      readonly type: 'connect';
      /** The socket; undefined if the namespace does not exist. */
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

function placeIn({ transport, protocolVersion }: VirtualSocket, namespace: string): DiagnosticPlace {
  return { namespace, transport: transport.name, generation: protocolVersion };
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

export function publishEmit(socket: Place, [event, ...args]: Event, id: number | undefined, broadcast: boolean): void {
  emitChannel.publish({ ...placeOf(socket), event, args, id, broadcast } satisfies EmitMessageOf<object>);
}

/** @param data with a function behind the arguments when acknowledgements are wanted. */
export function publishBroadcast(
  { name: namespace, server }: { readonly name: string; readonly server: object },
  data: readonly unknown[],
  rooms: Iterable<string>,
  except: Iterable<string>,
): void {
  const wantsAck = typeof data.at(-1) === 'function';
  const [event, ...args] = wantsAck ? data.slice(0, -1) : data;
  const to = { rooms: [...rooms], except: [...except] };
  const message = { namespace, server, event: event as string, args, ...to, wantsAck };
  broadcastChannel.publish(message satisfies BroadcastMessage);
}

/** An acknowledgement goes out. */
export function publishAck(socket: Place, event: string, args: unknown[]): void {
  const message = { ...placeOf(socket), direction: 'out', event, args, id: undefined } as const;
  ackChannel.publish(message satisfies AckMessageOf<object>);
}

/** An acknowledgement has come in. */
export function publishReceivedAck(socket: Place, args: unknown[], id: number | undefined): void {
  const message = { ...placeOf(socket), direction: 'in', event: undefined, args, id } as const;
  ackChannel.publish(message satisfies AckMessageOf<object>);
}

/**
 * Runs the handler of an event in the context that those who trace have bound to `tracing:sio:handler:start`.
 * @param run gives a promise that never fails when the handler is not done at once.
 */
export function publishHandler(
  socket: Place,
  [event, ...args]: Event,
  wantsAck: boolean,
  run: () => Promise<void> | undefined,
): Promise<void> | undefined {
  const { start, end, asyncStart, asyncEnd } = handlerChannels;
  const message: HandlerMessageOf<object> = { ...placeOf(socket), event, args, wantsAck, pending: false };
  return start.runStores(message, () => {
    const running = run();
    message.pending = running !== undefined;
    end.publish(message);
    return running?.then(() => {
      asyncStart.publish(message);
      asyncEnd.publish(message);
    });
  });
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
