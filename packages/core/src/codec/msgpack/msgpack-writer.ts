import { types } from 'node:util';
import { CodecError } from '../codec-error.js';
import { defaultLimits } from '../limits.js';
import { type Ancestors, enter, leave, WATCHED_DEPTH } from '../packet/ancestors.js';
import { toBuffer } from '../packet/json.js';

const INITIAL_BYTES = 256;
const TWO_32 = 0x1_0000_0000;
/** Longest string whose length fits into its first byte. */
const FIXSTR_MAX = 31;

/** Bytes being written, and the containers being walked. */
export interface MsgpackSink extends Ancestors {
  bytes: Buffer;
  at: number;
}

export function makeSink(): MsgpackSink {
  return { bytes: Buffer.allocUnsafe(INITIAL_BYTES), at: 0, open: undefined, maxDepth: defaultLimits.maxDepth };
}

/** Makes room for `count` bytes and returns where they begin. */
function take(sink: MsgpackSink, count: number): number {
  const at = sink.at;
  sink.at = at + count;
  if (sink.at > sink.bytes.length) {
    const grown = Buffer.allocUnsafe(Math.max(sink.bytes.length * 2, sink.at + INITIAL_BYTES));
    sink.bytes.copy(grown, 0, 0, at);
    sink.bytes = grown;
  }
  return at;
}

function writeByte(sink: MsgpackSink, byte: number): void {
  const at = take(sink, 1);
  sink.bytes[at] = byte;
}

/** Writes a marker and a big-endian unsigned number of `size` bytes. */
function writeTagged(sink: MsgpackSink, marker: number, value: number, size: 1 | 2 | 4): void {
  const at = take(sink, 1 + size);
  sink.bytes[at] = marker;
  sink.bytes.writeUIntBE(value, at + 1, size);
}

/**
 * Writes any value as MessagePack the way notepack 2.2 does, which the official msgpack parser reads with:
 * `undefined` is `d4 00 00` and a Date `d7 00` + int64 milliseconds. Functions and symbols are left out or null as in
 * JSON, and `toJSON()` is honoured.
 *
 * @throws {CodecError} `unserializable` for cycles, BigInts, Blobs and what is nested too deep
 */
export function writeValue(sink: MsgpackSink, value: unknown, key: string | number, depth: number): void {
  switch (typeof value) {
    case 'string':
      return writeString(sink, value);
    case 'number':
      return writeNumber(sink, value);
    case 'boolean':
      return writeByte(sink, value ? 0xc3 : 0xc2);
    case 'undefined':
      return writeTagged(sink, 0xd4, 0, 2);
    case 'object':
      return value === null ? writeByte(sink, 0xc0) : writeObject(sink, value, key, depth);
    case 'bigint':
      throw new CodecError('unserializable', 'A BigInt cannot be sent: convert it to a number or a string');
    default:
      return writeByte(sink, 0xc0);
  }
}

export function writeString(sink: MsgpackSink, text: string): void {
  if (text.length <= FIXSTR_MAX && writeShortAscii(sink, text)) return;
  const length = Buffer.byteLength(text);
  if (length <= FIXSTR_MAX) writeByte(sink, 0xa0 | length);
  else if (length < 0x100) writeTagged(sink, 0xd9, length, 1);
  else if (length < 0x10000) writeTagged(sink, 0xda, length, 2);
  else writeTagged(sink, 0xdb, length, 4);
  const at = take(sink, length);
  sink.bytes.write(text, at, length);
}

/** Short ASCII, such as every key, is not worth a call into the runtime. */
function writeShortAscii(sink: MsgpackSink, text: string): boolean {
  const start = take(sink, 1 + text.length);
  const bytes = sink.bytes;
  bytes[start] = 0xa0 | text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) {
      sink.at = start;
      return false;
    }
    bytes[start + 1 + i] = code;
  }
  return true;
}

export function writeNumber(sink: MsgpackSink, value: number): void {
  if (!Number.isSafeInteger(value)) return writeFloat(sink, value);
  if (value >= 0) {
    if (value < 0x80) writeByte(sink, value);
    else if (value < 0x100) writeTagged(sink, 0xcc, value, 1);
    else if (value < 0x10000) writeTagged(sink, 0xcd, value, 2);
    else if (value < TWO_32) writeTagged(sink, 0xce, value, 4);
    else writeInt64(sink, 0xcf, value);
  } else if (value >= -0x20) writeByte(sink, value & 0xff);
  else if (value >= -0x80) writeTagged(sink, 0xd0, value & 0xff, 1);
  else if (value >= -0x8000) writeTagged(sink, 0xd1, value & 0xffff, 2);
  else if (value >= -0x80000000) writeTagged(sink, 0xd2, value >>> 0, 4);
  else writeInt64(sink, 0xd3, value);
}

function writeFloat(sink: MsgpackSink, value: number): void {
  const at = take(sink, 9);
  sink.bytes[at] = 0xcb;
  sink.bytes.writeDoubleBE(value, at + 1);
}

function writeInt64(sink: MsgpackSink, marker: number, value: number): void {
  writeTagged(sink, marker, Math.floor(value / TWO_32) >>> 0, 4);
  const at = take(sink, 4);
  sink.bytes.writeUInt32BE(value >>> 0, at);
}

function writeObject(sink: MsgpackSink, value: object, key: string | number, depth: number): void {
  const watched = depth >= WATCHED_DEPTH;
  if (watched) enter(sink, value, depth);
  if (Array.isArray(value)) writeArray(sink, value, depth);
  else writeInstance(sink, value, key, depth);
  if (watched) leave(sink, value);
}

function writeArray(sink: MsgpackSink, array: readonly unknown[], depth: number): void {
  const { length } = array;
  if (length < 0x10) writeByte(sink, 0x90 | length);
  else if (length < 0x10000) writeTagged(sink, 0xdc, length, 2);
  else writeTagged(sink, 0xdd, length, 4);
  for (let i = 0; i < length; i += 1) writeValue(sink, array[i], i, depth + 1);
}

function writeInstance(sink: MsgpackSink, value: object, key: string | number, depth: number): void {
  const binary = toBuffer(value);
  if (binary !== undefined) return writeBinary(sink, binary);
  if (types.isDate(value)) return writeDate(sink, value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function') return writeMap(sink, value as Record<string, unknown>, depth);
  const json: unknown = toJSON.call(value, String(key));
  // The result of toJSON() is final, as in JSON; a `return this` must not ask again.
  if (isPlainContent(json)) return writeMap(sink, json, depth);
  return writeValue(sink, json, key, depth + 1);
}

function isPlainContent(json: unknown): json is Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || types.isDate(json)) return false;
  return toBuffer(json) === undefined;
}

function writeBinary(sink: MsgpackSink, binary: Buffer): void {
  const { length } = binary;
  if (length < 0x100) writeTagged(sink, 0xc4, length, 1);
  else if (length < 0x10000) writeTagged(sink, 0xc5, length, 2);
  else writeTagged(sink, 0xc6, length, 4);
  const at = take(sink, length);
  sink.bytes.set(binary, at);
}

function writeDate(sink: MsgpackSink, date: Date): void {
  const time = date.getTime();
  if (Number.isNaN(time)) return writeByte(sink, 0xc0);
  writeByte(sink, 0xd7);
  writeInt64(sink, 0x00, time);
}

function writeMap(sink: MsgpackSink, object: Record<string, unknown>, depth: number): void {
  const keys = Object.keys(object).filter((key) => isWritable(object[key]));
  writeMapHeader(sink, keys.length);
  for (const key of keys) {
    writeString(sink, key);
    writeValue(sink, object[key], key, depth + 1);
  }
}

function isWritable(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol';
}

export function writeMapHeader(sink: MsgpackSink, size: number): void {
  if (size < 0x10) writeByte(sink, 0x80 | size);
  else if (size < 0x10000) writeTagged(sink, 0xde, size, 2);
  else writeTagged(sink, 0xdf, size, 4);
}
