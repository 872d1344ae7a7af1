/** Packet types of Socket.IO 0.8 and 0.9 (protocol version 1). */
export const LegacyType = Object.freeze({
  DISCONNECT: 0,
  CONNECT: 1,
  HEARTBEAT: 2,
  MESSAGE: 3,
  JSON: 4,
  EVENT: 5,
  ACK: 6,
  ERROR: 7,
  NOOP: 8,
} as const);
export type LegacyType = (typeof LegacyType)[keyof typeof LegacyType];

/** Reasons of an ERROR packet; the index is the wire form. */
export const LEGACY_REASONS: readonly string[] = Object.freeze([
  'transport not supported',
  'client not handshaken',
  'unauthorized',
]);

/** Advice in an ERROR packet; the index is the wire form. */
export const LEGACY_ADVICE: readonly string[] = Object.freeze(['reconnect']);

/** One packet of Socket.IO 0.9. Fields that mean nothing for a type keep the value given here. */
export interface LegacyPacket {
  /** A {@link LegacyType}. */
  type: number;
  /** Namespace as the peer wrote it; `''` is the global one. Split it with {@link splitEndpoint}. */
  endpoint: string;
  /** The id under which an acknowledgement is asked for. `undefined`: none is. */
  id: number | undefined;
  /** With an id: whether the application answers (`id+`), or the receipt alone is confirmed. `false` */
  appAck: boolean;
  /** EVENT: its name. `''` */
  name: string;
  /**
   * MESSAGE: the text. JSON: the value. EVENT and ACK: the array of arguments. CONNECT: the query, `?` included,
   * if there is one. `undefined`
   */
  data: unknown;
  /** ACK: which packet is acknowledged. `undefined` */
  ackId: number | undefined;
  /** ERROR: one of {@link LEGACY_REASONS}. `''` */
  reason: string;
  /** ERROR: one of {@link LEGACY_ADVICE}. `''` */
  advice: string;
}

/** Makes a packet; all have one shape. */
export function makeLegacyPacket(type: number, endpoint = '', data?: unknown): LegacyPacket {
  return { type, endpoint, id: undefined, appAck: false, name: '', data, ackId: undefined, reason: '', advice: '' };
}

/** Parts an endpoint such as `/chat?token=x` into name and query (without `?`). */
export function splitEndpoint(endpoint: string): { name: string; query: string } {
  const mark = endpoint.indexOf('?');
  return mark === -1
    ? { name: endpoint, query: '' }
    : { name: endpoint.slice(0, mark), query: endpoint.slice(mark + 1) };
}
