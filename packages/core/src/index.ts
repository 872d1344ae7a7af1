export type { JsonCodec } from './codec/custom-json.js';
export type { PacketDecoder, Parser, ParserPacket } from './dialect/engine/packets/parser.js';
export type { LegacyBinary } from './dialect/legacy/binary.js';
export { OptionError, type OptionErrorCode } from './internal/option-error.js';
export type { Rate } from './internal/token-bucket.js';
export type { AuthDecision, AuthOccasion, AuthOptions } from './namespace/authority.js';
export { acks } from './namespace/class/acks.js';
export type { Acl } from './namespace/class/acl.js';
export { type ArgumentsSchema, args, type EventSchema } from './namespace/class/argument-schema.js';
export { ClassError, type ClassErrorCode } from './namespace/class/class-error.js';
export { allow, on, returns } from './namespace/class/decorators.js';
export type { Mixin, NamespaceConstructor } from './namespace/class/mixins.js';
export type { Emitted } from './namespace/class/outbound.js';
export type { ParamsOf, RouteParams } from './namespace/class/params.js';
export { type EventDefinition, event } from './namespace/class/static-events.js';
export type { Surface, SurfaceEvent } from './namespace/class/surface.js';
export type { CallsOf, EmitsOf, EventsOf } from './namespace/class/types.js';
export type { Client } from './namespace/client.js';
export type {
  AckMessage,
  AnySocket,
  ConnectionMessage,
  DiagnosticMessages,
  DiagnosticPlace,
  DisconnectionMessage,
  EmitMessage,
  ErrorMessage,
  EventMessage,
  RefusalMessage,
} from './namespace/diagnostics.js';
export type { EventRate } from './namespace/event-rate.js';
export type { DefaultEventsMap, EventsMap } from './namespace/events-map.js';
export type { AppGuard, Attempt, Decision, DeniedAttempt, GuardedSocket } from './namespace/guards.js';
export type { Handshake } from './namespace/handshake.js';
export { Hub } from './namespace/hub.js';
export type { AdapterFactory } from './namespace/hub-host.js';
export { Namespace } from './namespace/namespace.js';
export { BroadcastOperator } from './namespace/operator.js';
export type { ParentHub } from './namespace/parent-hub.js';
export type { RateLimitOptions } from './namespace/rate-limits.js';
export {
  type Answer,
  ClientError,
  ConnectionRefused,
  isRefusal,
  type Refusal,
  type RefusalName,
} from './namespace/refusal.js';
export { RemoteSocket } from './namespace/remote-socket.js';
export type { ErrorContext, Log, LogDetails, Logger } from './namespace/reporter.js';
export { Socket } from './namespace/socket.js';
export type { DisconnectReason, Event, ExtendedError } from './namespace/socket-events.js';
export { sleep, type Task, type Tasks } from './namespace/tasks.js';
export type { Census } from './server/census.js';
export type { DrainOptions, DrainReport } from './server/drain.js';
export type { EngineServer } from './server/engine-server.js';
export type { FlashPolicyOptions } from './server/flash-policy.js';
export { type LimitOptions, limitDefaults } from './server/limit-options.js';
export { defaults, type RecoveryOptions, type ServerOptions, type SessionCookieOptions } from './server/options.js';
export type { AllowedOrigins } from './server/origin.js';
export { type NamespaceClass, type NamespaceProvider, type Namespaces, surfaceOf } from './server/register.js';
export { Server } from './server/server.js';
export type { SessionIdOf } from './server/session-connections.js';
export { SessionEnded, SessionError, type SessionErrorCode } from './server/session-error.js';
export { type PlainMount, socketio } from './server/socketio.js';
export { type StaticFile, type StaticFiles, staticFiles } from './server/static-files.js';
export type { HttpCompression } from './transport/polling/respond.js';
export type { Generation } from './virtual-socket/dialect.js';
export type { DisconnectDetails, EndedBy, EndReason } from './virtual-socket/disconnect-details.js';
export type { FlowCounters } from './virtual-socket/engine.js';
export type { AllowRequest, SlowConsumers } from './virtual-socket/engine-options.js';
export type { VirtualSocket } from './virtual-socket/virtual-socket.js';
