export { escapeToAscii } from './ascii.js';
export { attachBinary } from './binary.js';
export { CodecError, type CodecErrorCode } from './codec-error.js';
export {
  BASE64_CODE,
  decodeBase64,
  EngineCode,
  type EngineFrame,
  type EnginePacket,
  EngineType,
  encodeOpen,
  engineTypeOf,
  type OpenData,
} from './engine-packet.js';
export {
  addTypeByte,
  decodePayload3Text,
  encodeFrame3,
  encodePayload3,
  encodePayload3Text,
  readFrame3,
  removeTypeByte,
} from './engine3.js';
export { decodePayload3Binary, encodePayload3Binary } from './engine3-binary.js';
export { decodeFrame4, decodePayload4, encodeFrame4, encodePayload4, readFrame4 } from './engine4.js';
export { type Extraction, extractBinary, hasBinary } from './extract-binary.js';
export { HTMLFILE_HEAD, htmlfileChunk } from './htmlfile.js';
export {
  formField,
  JSONP_PREFIX,
  parseJsonpIndex,
  parseJsonpLiteral,
  unescapeJsonp3,
  wrapJsonp,
  wrapJsonpError,
} from './jsonp.js';
export {
  LEGACY_ADVICE,
  LEGACY_REASONS,
  type LegacyPacket,
  LegacyType,
  makeLegacyPacket,
  splitEndpoint,
} from './legacy.js';
export { decodeLegacyPacket } from './legacy-decoder.js';
export { encodeLegacyPacket } from './legacy-encoder.js';
export { decodeLegacyPayload, encodeLegacyPayload } from './legacy-payload.js';
export { type CodecLimits, defaultLimits } from './limits.js';
export { decodeMsgpackPacket, encodeMsgpackPacket, looksLikeMsgpack } from './msgpack.js';
export { makePacket, type Packet, PacketType } from './packet.js';
export { decodePacket } from './packet-decoder.js';
export { type EncodedBinary, type EncodeOptions, encodePacket } from './packet-encoder.js';
export { lenientRules, type PacketRules, RESERVED_EVENTS, strictRules } from './packet-rules.js';
export type { DecodedPayload } from './payload.js';
export { decodeHabit, type HabitualText, isAscii, type Utf8Habit } from './utf8-habit.js';
