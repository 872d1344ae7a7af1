import { CodecError, excerpt } from '../codec-error.js';

/** Engine.IO packet types, the same in Engine.IO 3 and 4. */
export const EngineType = Object.freeze({
  OPEN: 0,
  CLOSE: 1,
  PING: 2,
  PONG: 3,
  MESSAGE: 4,
  UPGRADE: 5,
  NOOP: 6,
} as const);
export type EngineType = (typeof EngineType)[keyof typeof EngineType];

/**
 * Character codes of the type digits, to branch on `frame.charCodeAt(0)` without making a packet object;
 * the data is `frame.slice(1)`.
 */
export const EngineCode = Object.freeze({
  OPEN: 48,
  CLOSE: 49,
  PING: 50,
  PONG: 51,
  MESSAGE: 52,
  UPGRADE: 53,
  NOOP: 54,
} as const);

/** First character of a binary message in base64. */
export const BASE64_CODE = 98;

/**
 * An Engine.IO packet as it passes between codec and transport: a text packet with its type digit (`4hello`),
 * or the bytes of a binary message.
 */
export type EngineFrame = string | Buffer;

/** The content of an OPEN packet; times in milliseconds, `maxPayload` in bytes. */
export interface OpenData {
  readonly sid: string;
  readonly upgrades: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  /** Unknown to Engine.IO 3, whose clients ignore it. */
  readonly maxPayload?: number;
}

/** Writes the OPEN packet, type digit included, with the keys in the order clients have always got them. */
export function encodeOpen(open: OpenData): string {
  const { sid, upgrades, pingInterval, pingTimeout, maxPayload } = open;
  return `0${JSON.stringify({ sid, upgrades, pingInterval, pingTimeout, maxPayload })}`;
}

/** One text packet taken apart. */
export interface EnginePacket {
  /** An {@link EngineType}. */
  readonly type: number;
  readonly data: string;
}

/**
 * Takes a text packet apart. Hot paths compare `frame.charCodeAt(0)` with {@link EngineCode} instead.
 * @throws {CodecError} `bad_type`
 */
export function decodeFrame(frame: string): EnginePacket {
  return { type: engineTypeOf(frame), data: frame.slice(1) };
}

/**
 * The type of a text packet.
 * @throws {CodecError} `bad_type`
 */
export function engineTypeOf(frame: string): number {
  const code = frame.charCodeAt(0);
  if (code >= EngineCode.OPEN && code <= EngineCode.NOOP) return code - EngineCode.OPEN;
  throw new CodecError('bad_type', `Unknown Engine.IO packet type: ${excerpt(frame)}`);
}

/**
 * Reads base64 in the standard or URL alphabet, padded or not. Line breaks and blanks are skipped,
 * since some platforms' encoders wrap their lines.
 * @throws {CodecError} `bad_base64`
 */
export function decodeBase64(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === byteLengthOf(base64)) return bytes;
  // Node skips what is not base64, so that only the count tells.
  if (bytes.length === byteLengthOf(base64.replace(/[ \t\r\n]+/g, ''))) return bytes;
  throw new CodecError('bad_base64', `Not base64: ${excerpt(base64)}`);
}

/** Bytes that a well-formed base64 text stands for; -1 when no text of that length is well-formed. */
function byteLengthOf(base64: string): number {
  let digits = base64.length;
  if (base64.endsWith('==')) digits -= 2;
  else if (base64.endsWith('=')) digits -= 1;
  return digits % 4 === 1 ? -1 : Math.floor((digits * 3) / 4);
}
