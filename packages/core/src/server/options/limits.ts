import { defaultLimits } from '../../codec/limits.js';
import { type DefaultsOf, defaultsOf, duration, type GivenOptions, limit } from './rows.js';

/** The options that bound the memory and the work that one client, or all clients of one address, can cost the server. */
export const limitTable = {
  /** The longest time between a binary packet or one of its attachments and the next attachment. @unit ms @default 60000 @page limits */
  attachmentTimeout: duration(60_000),
  /** The time in which the whole body of a POST must arrive. @unit ms @default 30000 @page limits */
  httpRequestBodyTimeout: duration(30_000),
  /** The most digits of an acknowledgement's id. @unit digits @default 15 @page limits */
  maxAckIdDigits: limit(defaultLimits.maxAckIdDigits),
  /** The most binary attachments of one packet. @unit attachments @default 10 @page limits */
  maxAttachments: limit(defaultLimits.maxAttachments),
  /** The most bytes of all attachments of one packet together. @unit bytes @default 10000000 @page limits */
  maxAttachmentBytes: limit(defaultLimits.maxAttachmentBytes),
  /**
   * The most bytes that wait for a client that does not read. A client for which more waits is disconnected with the reason
   * `slow consumer`, unless the option `slowConsumers` says otherwise. @unit bytes @default 16777216 @page limits
   */
  maxBufferedBytes: limit(16_777_216),
  /** The most pieces in which the body of one POST arrives. @unit chunks @default 10000 @page limits */
  maxBufferedChunks: limit(10_000),
  /**
   * The most connections of one IP address (of IPv6: of one /64 network). Behind a proxy, the framework must trust the proxy.
   * @unit connections @default Infinity @page limits
   */
  maxConnectionsPerAddress: limit(Number.POSITIVE_INFINITY),
  /** The most pings and pongs of one WebSocket in a second. @unit frames per second @default 1000 @page limits */
  maxControlFrames: limit(1000),
  /** The most levels of arrays and objects in the data of one packet. @unit levels @default 1000 @page limits */
  maxDepth: limit(defaultLimits.maxDepth),
  /**
   * The most dynamic namespaces without a socket that are kept, see `cleanupEmptyChildNamespaces`. Beyond the limit, the one that
   * has been empty longest is removed. @unit namespaces @default 10000 @page limits
   */
  maxEmptyNamespaces: limit(10_000),
  /** The most characters (UTF-16 units) of an event's name. @unit characters @default 1024 @page limits */
  maxEventNameLength: limit(defaultLimits.maxEventNameLength),
  /** The most fragments of one WebSocket message. @unit fragments @default 4096 @page limits */
  maxFragments: limit(4096),
  /**
   * The most bytes that the histories of all rooms take in memory, see `history`. Beyond the limit, the room that has had no event
   * for the longest time loses its history. @unit bytes @default 67108864 @page limits
   */
  maxHistoryBytes: limit(67_108_864),
  /** The most bytes of one message or one POST. @unit bytes @default 1000000 @page limits */
  maxHttpBufferSize: limit(1_000_000),
  /** The most characters (UTF-16 units) of a namespace's name. @unit characters @default 512 @page limits */
  maxNamespaceLength: limit(defaultLimits.maxNamespaceLength),
  /**
   * The most characters (UTF-16 units) of the query that older clients append to a namespace.
   * @unit characters @default 8192 @page limits
   */
  maxNamespaceQueryLength: limit(defaultLimits.maxNamespaceQueryLength),
  /** The most namespaces that one connection is in at a time. @unit namespaces @default 100 @page limits */
  maxNamespacesPerConnection: limit(100),
  /** The most packets in one POST. @unit packets @default 1000 @page limits */
  maxPacketsPerPayload: limit(defaultLimits.maxPacketsPerPayload),
  /**
   * The most pending acknowledgements of one socket. A client that owes more is disconnected with the reason `slow consumer`.
   * @unit acknowledgements @default 10000 @page limits
   */
  maxPendingAcks: limit(10_000),
  /**
   * The most bytes in memory of all packets of one connection that wait. Packets wait while a connect is decided, while a namespace
   * is looked up, while a guard or a middleware decides, and with `serial` while an event is handled. From half of the limit on, the
   * server stops reading from the connection until less waits. Beyond the limit, the client is disconnected. One packet may always
   * wait. The `auth` of the namespaces that the client has joined or asks to join counts as well. @unit bytes @default 16777216 @page
   * limits
   */
  maxPendingBytes: limit(16_777_216),
  /**
   * The most packets of a client that wait while its connect is decided, or with `serial` while an event is handled.
   * @unit packets @default 1000 @page limits
   */
  maxPendingEvents: limit(1000),
  /** The most packets that wait for a poll. A client for which more wait is disconnected. @unit packets @default 10000 @page limits */
  maxQueuedFrames: limit(10_000),
  /** The most characters (UTF-16 units) of a room's name. @unit characters @default 1024 @page limits */
  maxRoomNameLength: limit(1024),
  /** The most rooms that one socket is in at a time. @unit rooms @default 10000 @page limits */
  maxRoomsPerSocket: limit(10_000),
  /**
   * The most bytes of memory, as estimated, that connections take before they join their first namespace. The heads of their
   * requests take most of them. Beyond the limit, the oldest connection of the address that holds the most is closed.
   * @unit bytes @default 134217728 @page limits
   */
  maxUnjoinedBytes: limit(134_217_728),
  /**
   * The most connections of all clients together that have not joined a namespace. Beyond the limit, the oldest connection of
   * the address that holds the most is closed. Connections that have not asked to join are closed first. @unit connections @default
   * 20000 @page limits
   */
  maxUnjoinedConnections: limit(20_000),
  /**
   * The most connections of one IP address (of IPv6: of one /64 network) that have not joined a namespace. Behind a proxy, the
   * framework must trust the proxy.
   * @unit connections @default 10000 @page limits
   */
  maxUnjoinedPerAddress: limit(10_000),
};

/**
 * Limits on the memory and the work that one client, or all clients of one address, can cost the server. Durations are in
 * milliseconds, sizes in bytes.
 */
export interface LimitOptions extends GivenOptions<typeof limitTable> {}

/** The defaults of {@link LimitOptions}. Ordinary applications stay far below them. */
export const limitDefaults: DefaultsOf<typeof limitTable> = defaultsOf(limitTable);
