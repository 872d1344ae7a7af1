import type { EncodedBinary } from '@sio/core/adapter';

/** The kinds of messages between servers. */
export const Kind = Object.freeze({
  BROADCAST: 1,
  JOIN: 2,
  LEAVE: 3,
  DISCONNECT: 4,
  EVENT: 5,
  QUESTION: 6,
  ANSWER: 7,
  HEARTBEAT: 8,
  BYE: 9,
  CANARY: 10,
  /** Messages that should be in a log are lost for it. Only in logs. */
  HOLE: 11,
  /** A session has moved to another server. */
  TAKEN: 12,
  /** Goes through a log to its sender. */
  MARK: 13,
  /** A session, as it is kept. */
  SESSION: 14,
  /** A piece of a connection that carries requests. */
  TUNNEL: 20,
} as const);
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Everything about a message but its data. Keys are short, as they travel with every message. */
export interface Header {
  /** Namespace. */
  readonly n?: string;
  /** Rooms; absent: all. */
  readonly r?: readonly string[];
  /** Rooms left out. */
  readonly x?: readonly string[];
  /** Flags. */
  readonly f?: Readonly<Record<string, unknown>>;
  /** Rooms to join or leave. */
  readonly j?: readonly string[];
  /** Whether connections are to be closed. */
  readonly c?: boolean;
  /** Number of a question. */
  readonly q?: number;
  /** The kind of a question. */
  readonly t?: string;
  /** Number of clients that were asked. */
  readonly k?: number;
  /** Published on several topics. */
  readonly m?: 1;
  /** Servers that have a published adapter beside the cluster get it by that. */
  readonly w?: 1;
  /** The sender asks which servers are there. */
  readonly h?: 1;
  /** Tells of the sender. */
  readonly i?: NodeInfo;
  /** The topic of the subscription that a canary checks. */
  readonly p?: string;
  /** Says what a piece of a tunnel is. */
  readonly u?: TunnelHeader;
  /** Lengths of the attachments. */
  readonly a?: readonly number[];
}

/** Number of the tunnel, 1 from the server that has opened it or 0, place of the message, operation, bytes granted, address of the client. */
export type TunnelHeader = readonly [number, 0 | 1, number, number, number, string?];

/** The data that a server sends about itself with every heartbeat. */
export interface NodeInfo {
  readonly name: string;
  /** Where other servers reach it. */
  readonly url?: string;
  /** Signs its session ids. */
  readonly key?: string;
  /** Servers of the same network reach it through tunnels. */
  readonly network?: string;
}

/** A message between servers, as it was read. */
export interface Frame {
  readonly kind: number;
  readonly sender: string;
  readonly number: number;
  readonly header: Header;
  readonly payload: Buffer;
  /** Where the data begins. */
  readonly at: number;
  /** The position of the message in its log, if it has one. */
  readonly position: string | undefined;
  /** The place of the message among the histories of rooms, if one contains it. */
  readonly place: string | undefined;
}

/** Characters of a server's id. */
export const ID_LENGTH = 8;
const SENDER = 1;
const NUMBER = SENDER + ID_LENGTH;
const HEADER_LENGTH = NUMBER + 4;
const HEADER = HEADER_LENGTH + 4;
const NO_ATTACHMENTS: readonly Buffer[] = [];

/** Writes a message: kind, sender, number, header as JSON, text, attachments. */
export function writeFrame(
  kind: Kind,
  sender: string,
  number: number,
  header: Header,
  body: string | EncodedBinary = '',
): Buffer {
  const text = typeof body === 'string' ? body : body.text;
  const attachments = typeof body === 'string' ? NO_ATTACHMENTS : body.attachments;
  const described = attachments.length === 0 ? header : { ...header, a: attachments.map(({ length }) => length) };
  const json = JSON.stringify(described);
  const jsonLength = Buffer.byteLength(json);
  const textLength = Buffer.byteLength(text);
  let length = HEADER + jsonLength + textLength;
  for (const attachment of attachments) length += attachment.length;
  const frame = Buffer.allocUnsafe(length);
  frame[0] = kind;
  frame.write(sender, SENDER, ID_LENGTH, 'latin1');
  frame.writeUInt32BE(number, NUMBER);
  frame.writeUInt32BE(jsonLength, HEADER_LENGTH);
  frame.write(json, HEADER, jsonLength, 'utf8');
  let at = HEADER + jsonLength;
  frame.write(text, at, textLength, 'utf8');
  at += textLength;
  for (const attachment of attachments) at += attachment.copy(frame, at);
  return frame;
}

/** The sender of a message. Cheap: a server gets its own messages back. */
export function senderOf(payload: Buffer): string {
  return payload.toString('latin1', SENDER, NUMBER);
}

/** @throws Error when the bytes are no message. */
export function readFrame(payload: Buffer, position?: string, place?: string): Frame {
  const at = HEADER + payload.readUInt32BE(HEADER_LENGTH);
  const header = JSON.parse(payload.toString('utf8', HEADER, at)) as Header;
  return {
    kind: payload[0] as number,
    sender: senderOf(payload),
    number: payload.readUInt32BE(NUMBER),
    header,
    payload,
    at,
    position,
    place,
  };
}

/** Leaves out messages that a broker has stored twice, as it may when one of its servers is killed before it has confirmed them. */
export function uniqueFrames(frames: readonly Frame[]): Frame[] {
  const seen = new Set<string>();
  return frames.filter(({ sender, number }) => seen.size < seen.add(`${sender}${number}`).size);
}

/** The data of a message. */
export function bodyOf({ payload, at, header: { a } }: Frame): string | EncodedBinary {
  if (a === undefined) return payload.toString('utf8', at);
  let end = payload.length;
  for (const length of a) end -= length;
  const text = payload.toString('utf8', at, end);
  const attachments = a.map((length) => {
    const bytes = payload.subarray(end, end + length);
    end += length;
    return bytes;
  });
  return { text, attachments };
}
