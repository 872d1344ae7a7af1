import type { Socket } from '../socket/socket.js';
import type {
  AckMessageOf,
  BroadcastMessage,
  ConnectionMessageOf,
  DisconnectionMessageOf,
  EmitMessageOf,
  ErrorMessageOf,
  EventMessageOf,
  HandlerMessageOf,
  RefusalMessageOf,
} from './diagnostics.js';

export type { BroadcastMessage, DiagnosticPlace } from './diagnostics.js';

/** A socket of any events. */
// biome-ignore lint/suspicious/noExplicitAny: applications know what their sockets are.
export type AnySocket = Socket<any, any, any, any, any>;

/** On `sio:connection`. */
export type ConnectionMessage = ConnectionMessageOf<AnySocket>;
/** On `sio:disconnection`. */
export type DisconnectionMessage = DisconnectionMessageOf<AnySocket>;
/** On `sio:event`: a received event, before any guard or validation. */
export type EventMessage = EventMessageOf<AnySocket>;
/** On `sio:emit`, once for each client that an event goes to. */
export type EmitMessage = EmitMessageOf<AnySocket>;
/** On the channels of `tracingChannel('sio:handler')`. */
export type HandlerMessage = HandlerMessageOf<AnySocket>;
/** On `sio:ack`. */
export type AckMessage = AckMessageOf<AnySocket>;
/** On `sio:error`: a failure of the application's code. */
export type ErrorMessage = ErrorMessageOf<AnySocket>;
/** On `sio:refusal`. */
export type RefusalMessage = RefusalMessageOf<AnySocket>;

/** The messages on each channel of `node:diagnostics_channel`. */
export interface DiagnosticMessages {
  /** A client has joined a namespace. */
  'sio:connection': ConnectionMessage;
  /** A client has left a namespace. */
  'sio:disconnection': DisconnectionMessage;
  /** An event was received. */
  'sio:event': EventMessage;
  /** An event goes out. */
  'sio:emit': EmitMessage;
  /** An event goes to the sockets of a namespace, or of rooms. */
  'sio:broadcast': BroadcastMessage;
  /** An acknowledgement, sent or received. */
  'sio:ack': AckMessage;
  /** Code of the application failed. */
  'sio:error': ErrorMessage;
  /** A request, a connect or an event was refused. */
  'sio:refusal': RefusalMessage;
}
