import { defaultLimits } from '../../codec/limits.js';
import { OptionError } from '../../internal/option-error.js';

/** What one client, or all of one address, may make the server hold or do. Durations in milliseconds, sizes in bytes. */
export interface LimitOptions {
  /** Time between a binary packet or one of its attachments and the next. @unit ms @default 60000 */
  attachmentTimeout?: number;
  /** Digits of an acknowledgement's id. @unit digits @default 15 */
  maxAckIdDigits?: number;
  /** Binary attachments of one packet. @unit attachments @default 10 */
  maxAttachments?: number;
  /** Bytes of all attachments of one packet. @unit bytes @default 10000000 */
  maxAttachmentBytes?: number;
  /**
   * Bytes that may wait for a client that does not read; beyond, it is disconnected for the reason `slow consumer`, unless
   * `slowConsumers` says otherwise. @unit bytes @default 16777216
   */
  maxBufferedBytes?: number;
  /** Connections of one IP address (of IPv6: of one /64 network); behind a proxy the framework must trust it. @unit connections @default Infinity */
  maxConnectionsPerAddress?: number;
  /** Levels of arrays and objects in the data of one packet. @unit levels @default 1000 */
  maxDepth?: number;
  /**
   * Dynamic namespaces without a socket that are kept, see `cleanupEmptyChildNamespaces`; beyond, the one that has been empty longest is
   * removed. @unit namespaces @default 10000
   */
  maxEmptyNamespaces?: number;
  /** Characters (UTF-16 units) of an event's name. @unit characters @default 1024 */
  maxEventNameLength?: number;
  /** Fragments of one WebSocket message, and pieces in which one frame may arrive. @unit fragments @default 4096 */
  maxFragments?: number;
  /** Bytes of one message or one POST. @unit bytes @default 1000000 */
  maxHttpBufferSize?: number;
  /** Characters (UTF-16 units) of a namespace's name. @unit characters @default 512 */
  maxNamespaceLength?: number;
  /** Characters (UTF-16 units) of the query that older clients append to a namespace. @unit characters @default 8192 */
  maxNamespaceQueryLength?: number;
  /** Namespaces that one connection may join. @unit namespaces @default 100 */
  maxNamespacesPerConnection?: number;
  /** Packets in one POST. @unit packets @default 1000 */
  maxPacketsPerPayload?: number;
  /** Acknowledgements that a socket may owe; a client that owes more is disconnected for `slow consumer`. @unit acknowledgements @default 10000 */
  maxPendingAcks?: number;
  /**
   * Bytes, as they are kept in memory, of all packets of one connection that wait: while a connect is still being decided, a
   * namespace is looked for, a guard or a middleware decides, or (`serial`) an event is handled. From half of it on the connection
   * is read no further until less waits; beyond it, the client is disconnected. One packet may always wait. @unit bytes @default 16777216
   */
  maxPendingBytes?: number;
  /** Packets of a client that wait while its connect is still being decided, or (`serial`) an event is handled. @unit packets @default 1000 */
  maxPendingEvents?: number;
  /** Packets that may wait for a poll; beyond, the client is disconnected. @unit packets @default 10000 */
  maxQueuedFrames?: number;
  /** Characters (UTF-16 units) of a room's name. @unit characters @default 1024 */
  maxRoomNameLength?: number;
  /** Rooms that one socket may be in. @unit rooms @default 10000 */
  maxRoomsPerSocket?: number;
  /**
   * Bytes of memory that connections may cost, about, before they join their first namespace; the heads of their requests are most of
   * it. Beyond, the oldest of the address that holds most gives way. @unit bytes @default 134217728
   */
  maxUnjoinedBytes?: number;
  /**
   * Connections of all clients together that have not joined a namespace. Beyond, the oldest of the address that holds most gives
   * way, those that have not asked to join first. @unit connections @default 20000
   */
  maxUnjoinedConnections?: number;
  /**
   * The same of one IP address (of IPv6: of one /64 network); behind a proxy the framework must trust it.
   * @unit connections @default 10000
   */
  maxUnjoinedPerAddress?: number;
}

/** The defaults of {@link LimitOptions}, which real applications stay far below. */
export const limitDefaults = Object.freeze({
  attachmentTimeout: 60_000,
  maxAckIdDigits: defaultLimits.maxAckIdDigits,
  maxAttachments: defaultLimits.maxAttachments,
  maxAttachmentBytes: defaultLimits.maxAttachmentBytes,
  maxBufferedBytes: 16_777_216,
  maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
  maxDepth: defaultLimits.maxDepth,
  maxEmptyNamespaces: 10_000,
  maxEventNameLength: defaultLimits.maxEventNameLength,
  maxFragments: 4096,
  maxHttpBufferSize: 1_000_000,
  maxNamespaceLength: defaultLimits.maxNamespaceLength,
  maxNamespaceQueryLength: defaultLimits.maxNamespaceQueryLength,
  maxNamespacesPerConnection: 100,
  maxPacketsPerPayload: defaultLimits.maxPacketsPerPayload,
  maxPendingAcks: 10_000,
  maxPendingBytes: 16_777_216,
  maxPendingEvents: 1000,
  maxQueuedFrames: 10_000,
  maxRoomNameLength: 1024,
  maxRoomsPerSocket: 10_000,
  maxUnjoinedBytes: 134_217_728,
  maxUnjoinedConnections: 20_000,
  maxUnjoinedPerAddress: 10_000,
} as const satisfies Required<LimitOptions>);

const NAMES = Object.keys(limitDefaults) as (keyof LimitOptions)[];

/** Every limit, as given or by default. @throws OptionError for values that are no numbers above 0. */
export function limitsOf(given: LimitOptions): Required<LimitOptions> {
  const limits: Record<string, number> = {};
  for (const name of NAMES) {
    const value = given[name] ?? limitDefaults[name];
    if (typeof value !== 'number' || !(value > 0)) {
      throw new OptionError(`option ${name}: a number above 0 is expected, not ${String(value)}`);
    }
    limits[name] = value;
  }
  return limits as unknown as Required<LimitOptions>;
}
