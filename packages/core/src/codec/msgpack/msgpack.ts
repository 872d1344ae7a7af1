import { shown } from '../../internal/shown.js';
import { asCodecError, CodecError } from '../codec-error.js';
import { defaultLimits } from '../limits.js';
import {
  checkData,
  checkNamespace,
  makePacket,
  type Packet,
  type PacketRules,
  plainType,
  strictRules,
} from '../packet/packet.js';
import { readMsgpack } from './msgpack-reader.js';
import { makeSink, writeMapHeader, writeNumber, writeString, writeValue } from './msgpack-writer.js';

/*
 * Our own reader and writer instead of a library: @msgpack/msgpack cannot write `undefined`, reserves memory for
 * whatever length a peer claims, and has no depth limit when reading; notepack has neither limit.
 */

/**
 * Writes a packet as the official msgpack parser does: one binary message, a map of type, nsp, data and id.
 * @throws {CodecError} `unserializable` when the data has no MessagePack form, `bad_type` for an unknown type
 */
export function encodeMsgpackPacket(packet: Packet): Buffer {
  const type = plainType(packet.type);
  const { nsp, data, id } = packet;
  const hasData = data !== undefined && data !== null;
  const hasId = id !== undefined && id !== null;
  const sink = makeSink();
  try {
    writeMapHeader(sink, 2 + Number(hasData) + Number(hasId));
    writeString(sink, 'type');
    writeNumber(sink, type);
    writeString(sink, 'nsp');
    writeString(sink, nsp);
    if (hasData) {
      writeString(sink, 'data');
      writeValue(sink, data, 'data', 0);
    }
    if (hasId) {
      writeString(sink, 'id');
      writeNumber(sink, id);
    }
  } catch (error) {
    throw asCodecError(error, 'unserializable', 'Value cannot be written as MessagePack');
  }
  return sink.bytes.subarray(0, sink.at);
}

/**
 * Reads a packet of the official msgpack parser. Unknown keys are ignored.
 * @throws {CodecError} whenever the bytes are not a valid packet
 */
export function decodeMsgpackPacket(bytes: Buffer, rules: PacketRules = strictRules): Packet {
  const value = readMsgpack(bytes, rules.maxDepth ?? defaultLimits.maxDepth);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Buffer) {
    throw new CodecError('bad_msgpack', `A packet must be a map, not ${shown(value, 'bytes')}`);
  }
  const { type, nsp, data, id } = value as Record<string, unknown>;
  if (typeof nsp !== 'string') throw new CodecError('bad_namespace', `A namespace must be a string, not ${shown(nsp)}`);
  checkNamespace(nsp, rules);
  checkData(type, data, rules);
  return makePacket(type as number, nsp, data, checkId(id));
}

function checkId(id: unknown): number | undefined {
  if (id === undefined) return undefined;
  if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return id;
  throw new CodecError('bad_ack_id', `An acknowledgement id must be a whole number of at least 0, not ${shown(id)}`);
}

/**
 * True when a connection's first binary message looks like a packet of the msgpack parser (a MessagePack map),
 * which is the only way to tell such clients.
 */
export function looksLikeMsgpack(bytes: Buffer): boolean {
  const first = bytes[0];
  return first !== undefined && ((first >= 0x80 && first <= 0x8f) || first === 0xde || first === 0xdf);
}
