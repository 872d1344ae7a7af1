import { defaultLimits } from '../../codec/limits.js';
import { type DefaultsOf, defaultsOf, duration, type GivenOptions, limit } from './rows.js';

/** The options that bound what one client, or all clients of one address, make the server hold or do. */
export const limitTable = {
  /** Time between a binary packet or one of its attachments and the next. @unit ms @default 60000 @page limits */
  attachmentTimeout: duration(60_000),
  /** Time in which the whole body of a POST has to arrive. @unit ms @default 30000 @page limits */
  httpRequestBodyTimeout: duration(30_000),
  /** Digits of an acknowledgement's id. @unit digits @default 15 @page limits */
  maxAckIdDigits: limit(defaultLimits.maxAckIdDigits),
  /** Binary attachments of one packet. @unit attachments @default 10 @page limits */
  maxAttachments: limit(defaultLimits.maxAttachments),
  /** Bytes of all attachments of one packet. @unit bytes @default 10000000 @page limits */
  maxAttachmentBytes: limit(defaultLimits.maxAttachmentBytes),
  /**
   * Bytes that may wait for a client that does not read; beyond, it is disconnected for the reason `slow consumer`, unless
   * `slowConsumers` says otherwise. @unit bytes @default 16777216 @page limits
   */
  maxBufferedBytes: limit(16_777_216),
  /** Pieces in which the body of one POST comes. @unit chunks @default 10000 @page limits */
  maxBufferedChunks: limit(10_000),
  /** Connections of one IP address (of IPv6: of one /64 network); behind a proxy the framework must trust it. @unit connections @default Infinity @page limits */
  maxConnectionsPerAddress: limit(Number.POSITIVE_INFINITY),
  /** Pings and pongs of one WebSocket, each second. @unit frames per second @default 1000 @page limits */
  maxControlFrames: limit(1000),
  /** Levels of arrays and objects in the data of one packet. @unit levels @default 1000 @page limits */
  maxDepth: limit(defaultLimits.maxDepth),
  /**
   * Dynamic namespaces without a socket that are kept, see `cleanupEmptyChildNamespaces`; beyond, the one that has been empty longest is
   * removed. @unit namespaces @default 10000 @page limits
   */
  maxEmptyNamespaces: limit(10_000),
  /** Characters (UTF-16 units) of an event's name. @unit characters @default 1024 @page limits */
  maxEventNameLength: limit(defaultLimits.maxEventNameLength),
  /** Fragments of one WebSocket message. @unit fragments @default 4096 @page limits */
  maxFragments: limit(4096),
  /**
   * Bytes that the histories of all rooms may take in memory, see `history`. Beyond, the room in which nothing was said for the longest
   * time loses its history. @unit bytes @default 67108864 @page limits
   */
  maxHistoryBytes: limit(67_108_864),
  /** Bytes of one message or one POST. @unit bytes @default 1000000 @page limits */
  maxHttpBufferSize: limit(1_000_000),
  /** Characters (UTF-16 units) of a namespace's name. @unit characters @default 512 @page limits */
  maxNamespaceLength: limit(defaultLimits.maxNamespaceLength),
  /** Characters (UTF-16 units) of the query that older clients append to a namespace. @unit characters @default 8192 @page limits */
  maxNamespaceQueryLength: limit(defaultLimits.maxNamespaceQueryLength),
  /** Namespaces that one connection may join. @unit namespaces @default 100 @page limits */
  maxNamespacesPerConnection: limit(100),
  /** Packets in one POST. @unit packets @default 1000 @page limits */
  maxPacketsPerPayload: limit(defaultLimits.maxPacketsPerPayload),
  /**
   * Pending acknowledgements of one socket. A client that owes more is disconnected with the reason `slow consumer`.
   * @unit acknowledgements @default 10000 @page limits
   */
  maxPendingAcks: limit(10_000),
  /**
   * Bytes, as they are kept in memory, of all packets of one connection that wait: while a connect is still being decided, a
   * namespace is looked for, a guard or a middleware decides, or (`serial`) an event is handled. From half of it on the connection
   * is read no further until less waits; beyond it, the client is disconnected. One packet may always wait. The `auth` of namespaces that
   * it is in, or asks to join, counts as well. @unit bytes @default 16777216 @page limits
   */
  maxPendingBytes: limit(16_777_216),
  /** Packets of a client that wait while its connect is still being decided, or (`serial`) an event is handled. @unit packets @default 1000 @page limits */
  maxPendingEvents: limit(1000),
  /** Packets that may wait for a poll. Beyond, the client is disconnected. @unit packets @default 10000 @page limits */
  maxQueuedFrames: limit(10_000),
  /** Characters (UTF-16 units) of a room's name. @unit characters @default 1024 @page limits */
  maxRoomNameLength: limit(1024),
  /** Rooms that one socket may be in. @unit rooms @default 10000 @page limits */
  maxRoomsPerSocket: limit(10_000),
  /**
   * Bytes of memory that connections may cost, about, before they join their first namespace; the heads of their
   * requests are most of it. Beyond, the oldest connection of the address that holds the most is closed. @unit bytes
   * @default 134217728 @page limits
   */
  maxUnjoinedBytes: limit(134_217_728),
  /**
   * Connections of all clients together that have not joined a namespace. Beyond, the oldest connection of the address
   * that holds the most is closed; connections that have not asked to join are closed first. @unit connections @default
   * 20000 @page limits
   */
  maxUnjoinedConnections: limit(20_000),
  /**
   * The same of one IP address (of IPv6: of one /64 network); behind a proxy the framework must trust it.
   * @unit connections @default 10000 @page limits
   */
  maxUnjoinedPerAddress: limit(10_000),
};

/** The limits on what one client, or all clients of one address, make the server hold or do. Durations in milliseconds, sizes in bytes. */
export interface LimitOptions extends GivenOptions<typeof limitTable> {}

/** The defaults of {@link LimitOptions}, which real applications stay far below. */
export const limitDefaults: DefaultsOf<typeof limitTable> = defaultsOf(limitTable);
