import './internal/supported-node.js';

export type { JsonCodec } from './codec/packet/json.js';
export type { PacketDecoder, Parser, ParserPacket } from './dialect/engine/packets/parser.js';
export type { LegacyBinary } from './dialect/legacy/binary.js';
export { OptionError, type OptionErrorCode } from './internal/option-error.js';
export type { Rate } from './internal/token-bucket.js';
export type { EventRate } from './namespace/access/event-rate.js';
export type {
  AppGuard,
  AuthDecision,
  AuthOccasion,
  AuthOptions,
  GuardedSocket,
} from './namespace/access/guard-types.js';
export type { Attempt, Decision, DeniedAttempt } from './namespace/access/guards.js';
export type { RateLimitOptions } from './namespace/access/rate-limits.js';
export {
  type Answer,
  ClientError,
  ConnectionRefused,
  isRefusal,
  type Refusal,
  type RefusalName,
} from './namespace/access/refusal.js';
export { acks } from './namespace/class/acks.js';
export { ClassError, type ClassErrorCode } from './namespace/class/class-error.js';
export type { Acl } from './namespace/class/declare/acl.js';
export { type ArgumentsSchema, args, type EventSchema } from './namespace/class/declare/argument-schema.js';
export { allow, on, returns } from './namespace/class/declare/decorators.js';
export type { Emitted } from './namespace/class/declare/outbound.js';
export type { ParamsOf, RouteParams } from './namespace/class/declare/params.js';
export { type EventDefinition, event } from './namespace/class/declare/static-events.js';
export type { Surface, SurfaceEmit, SurfaceEvent } from './namespace/class/dispatch/surface.js';
export type { Mixin, NamespaceConstructor } from './namespace/class/mixins.js';
export { Namespace } from './namespace/class/namespace.js';
export type { CallsOf, EmitsOf, EventsOf } from './namespace/class/types.js';
export type { Client } from './namespace/client.js';
export type {
  AckMessage,
  AnySocket,
  BroadcastMessage,
  ConnectionMessage,
  DiagnosticMessages,
  DiagnosticPlace,
  DisconnectionMessage,
  EmitMessage,
  ErrorMessage,
  EventMessage,
  HandlerMessage,
  RefusalMessage,
} from './namespace/events/diagnostic-messages.js';
export type { DefaultEventsMap, EventsMap } from './namespace/events/events-map.js';
export type { ErrorContext, Log, LogDetails, Logger } from './namespace/events/reporter.js';
export type { DisconnectReason, Event, ExtendedError } from './namespace/events/socket-events.js';
export type { HistoryEvent, HistoryQuery, Rewound, RoomEvents } from './namespace/history/contracts.js';
export type { HistoryOptions, NamePattern } from './namespace/history/history-rules.js';
export type {
  ClusterNode,
  ClusterState,
  ClusterStats,
  ClusterView,
  NodeStats,
  ReachableSockets,
} from './namespace/hub/cluster-contracts.js';
export { type ClientFailure, contained } from './namespace/hub/contained-client.js';
export { Hub as HubOf } from './namespace/hub/hub.js';
export { BroadcastOperator, type PartialFetch, RemoteSocket } from './namespace/hub/operator.js';
export { type AdapterFactory, Hub, type ParentHub } from './namespace/hub/typed-hub.js';
export type { RecoveryGap } from './namespace/recovery/recovery-session.js';
export type { Handshake } from './namespace/socket/handshake.js';
export { Socket } from './namespace/socket/socket.js';
export { sleep, type Task, type Tasks } from './namespace/socket/tasks.js';
export type { FlashPolicyOptions } from './server/endpoint/flash-policy.js';
export type { AllowedOrigins } from './server/endpoint/origin.js';
export type { EngineServer } from './server/engine-server.js';
export { BoundedLabel, type FullLabel } from './server/observability/bounded-label.js';
export type { ConnectionStats, ConnectionStats as Census } from './server/observability/connection-stats.js';
export { type ObservedServer, observeServer, type ServerObserver } from './server/observability/observe.js';
export type { NamespaceStats, ServerStats } from './server/observability/server-stats.js';
export { type LimitOptions, limitDefaults } from './server/options/limits.js';
export type { RecoveryOptions, SessionCookieOptions } from './server/options/nested.js';
export { defaults, type ServerOptions } from './server/options/options.js';
export { type NamespaceClass, type NamespaceProvider, type Namespaces, surfaceOf } from './server/register.js';
export { Server } from './server/server.js';
export type { SessionIdOf } from './server/sessions/login-sessions.js';
export { SessionEnded, SessionError, type SessionErrorCode } from './server/sessions/session-error.js';
export type { DrainOptions, DrainReport } from './server/shutdown/drain.js';
export { type PlainMount, socketio } from './server/socketio.js';
export { type StaticFile, type StaticFiles, staticFiles } from './server/static/static-files.js';
export type { HttpCompression } from './transport/polling/respond.js';
export type { TransportBytes } from './transport/transport.js';
export type { ConnectionTable } from './virtual-socket/connection-table.js';
export type {
  ProtocolVersion,
  /** @deprecated The name is {@link ProtocolVersion}. */
  ProtocolVersion as Generation,
} from './virtual-socket/dialect.js';
export type { DisconnectDetails, EndedBy, EndReason } from './virtual-socket/disconnect-details.js';
export type { FlowCounters } from './virtual-socket/engine-context.js';
export type { AllowRequest, SlowConsumers } from './virtual-socket/engine-options.js';
export type { TrafficStats } from './virtual-socket/traffic.js';
export type { VirtualSocket } from './virtual-socket/virtual-socket.js';
