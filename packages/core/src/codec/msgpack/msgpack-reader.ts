import { CodecError } from '../codec-error.js';
import { setOwn } from '../packet/json.js';

const TWO_32 = 0x1_0000_0000;
const TIMESTAMP = -1;

/** A MessagePack text being read. */
interface Source {
  readonly bytes: Buffer;
  at: number;
  /** Levels that may still be entered. */
  levelsLeft: number;
}

/**
 * Reads one MessagePack value that fills `bytes`. Binary values share the memory of `bytes`. Extension 0 is what
 * notepack 2.2 makes of it: `undefined` (one byte), a Date (eight bytes, fixext) or binary; extension -1 is a timestamp.
 *
 * Containers grow with what is really there, so that a length in the text reserves nothing.
 *
 * @throws {CodecError} `bad_msgpack` or `too_deep`
 */
export function readMsgpack(bytes: Buffer, maxDepth: number): unknown {
  const source: Source = { bytes, at: 0, levelsLeft: maxDepth };
  const value = readValue(source);
  if (source.at < bytes.length) {
    throw new CodecError('bad_msgpack', `${bytes.length - source.at} bytes too many after byte ${source.at}`);
  }
  return value;
}

/** Claims the next `count` bytes and returns where they begin. */
function claim(source: Source, count: number): number {
  const at = source.at;
  if (source.bytes.length - at < count) {
    throw new CodecError('bad_msgpack', `Cut short: ${count} bytes expected at byte ${at}`);
  }
  source.at = at + count;
  return at;
}

function readValue(source: Source): unknown {
  const marker = source.bytes[claim(source, 1)] as number;
  if (marker < 0x80) return marker;
  if (marker >= 0xe0) return marker - 0x100;
  if (marker < 0x90) return readMap(source, marker & 0x0f);
  if (marker < 0xa0) return readArray(source, marker & 0x0f);
  if (marker < 0xc0) return readString(source, marker & 0x1f);
  return readMarked(source, marker);
}

function readMarked(source: Source, marker: number): unknown {
  switch (marker) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return readBinary(source, readLength(source, marker - 0xc4));
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return readExtension(source, readLength(source, marker - 0xc7), false);
    case 0xca:
      return source.bytes.readFloatBE(claim(source, 4));
    case 0xcb:
      return source.bytes.readDoubleBE(claim(source, 8));
    case 0xcc:
    case 0xcd:
    case 0xce:
      return readLength(source, marker - 0xcc);
    case 0xcf:
      return readUint32(source) * TWO_32 + readUint32(source);
    case 0xd0:
      return source.bytes.readInt8(claim(source, 1));
    case 0xd1:
      return source.bytes.readInt16BE(claim(source, 2));
    case 0xd2:
      return source.bytes.readInt32BE(claim(source, 4));
    case 0xd3:
      return readInt64(source);
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return readExtension(source, 1 << (marker - 0xd4), true);
    case 0xd9:
    case 0xda:
    case 0xdb:
      return readString(source, readLength(source, marker - 0xd9));
    case 0xdc:
    case 0xdd:
      return readArray(source, readLength(source, marker - 0xdb));
    case 0xde:
    case 0xdf:
      return readMap(source, readLength(source, marker - 0xdd));
    default:
      throw new CodecError('bad_msgpack', `Unknown marker ${marker} at byte ${source.at - 1}`);
  }
}

/** An unsigned number of 1, 2 or 4 bytes, for `power` 0, 1 or 2. */
function readLength(source: Source, power: number): number {
  const size = 1 << power;
  return source.bytes.readUIntBE(claim(source, size), size);
}

function readUint32(source: Source): number {
  return source.bytes.readUInt32BE(claim(source, 4));
}

function readInt64(source: Source): number {
  return source.bytes.readInt32BE(claim(source, 4)) * TWO_32 + readUint32(source);
}

function readString(source: Source, length: number): string {
  const at = claim(source, length);
  return source.bytes.toString('utf8', at, at + length);
}

function readBinary(source: Source, length: number): Buffer {
  const at = claim(source, length);
  return source.bytes.subarray(at, at + length);
}

function readArray(source: Source, length: number): unknown[] {
  enterContainer(source, length);
  const array: unknown[] = [];
  for (let i = 0; i < length; i += 1) array.push(readValue(source));
  source.levelsLeft += 1;
  return array;
}

function readMap(source: Source, size: number): Record<string, unknown> {
  enterContainer(source, size * 2);
  const object: Record<string, unknown> = {};
  for (let i = 0; i < size; i += 1) {
    const key = readValue(source);
    if (typeof key !== 'string' && typeof key !== 'number') {
      throw new CodecError('bad_msgpack', `A map's key must be a string, not ${typeof key}, before byte ${source.at}`);
    }
    setOwn(object, String(key), readValue(source));
  }
  source.levelsLeft += 1;
  return object;
}

/** Refuses containers that cannot be complete (each of their values takes a byte at least) or are too deep. */
function enterContainer(source: Source, values: number): void {
  if (values > source.bytes.length - source.at) {
    throw new CodecError('bad_msgpack', `Cut short: ${values} values expected at byte ${source.at}`);
  }
  if (source.levelsLeft === 0) throw new CodecError('too_deep', `Nested too deep at byte ${source.at}`);
  source.levelsLeft -= 1;
}

function readExtension(source: Source, length: number, fixed: boolean): unknown {
  const type = source.bytes.readInt8(claim(source, 1));
  if (type === TIMESTAMP) return readTimestamp(source, length);
  if (type !== 0) throw new CodecError('bad_msgpack', `Unknown extension ${type} before byte ${source.at}`);
  if (fixed && length === 1) {
    claim(source, 1);
    return undefined;
  }
  return fixed && length === 8 ? new Date(readInt64(source)) : readBinary(source, length);
}

/** The standard timestamp in its three sizes: seconds; nanoseconds and seconds packed; both apart. */
function readTimestamp(source: Source, length: number): Date {
  if (length === 4) return new Date(readUint32(source) * 1000);
  if (length === 8) {
    const high = readUint32(source);
    const seconds = (high & 3) * TWO_32 + readUint32(source);
    return new Date(seconds * 1000 + Math.floor((high >>> 2) / 1e6));
  }
  if (length === 12) {
    const nanoseconds = readUint32(source);
    return new Date(readInt64(source) * 1000 + Math.floor(nanoseconds / 1e6));
  }
  throw new CodecError('bad_msgpack', `A timestamp must have 4, 8 or 12 bytes, not ${length}`);
}
