export { escapeToAscii } from './ascii.js';
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
} from './engine/engine-packet.js';
export {
  addTypeByte,
  decodePayload3Text,
  encodeFrame3,
  encodePayload3,
  encodePayload3Text,
  readFrame3,
  removeTypeByte,
} from './engine/engine3.js';
export { decodePayload3Binary, encodePayload3Binary } from './engine/engine3-binary.js';
export { decodeFrame4, decodePayload4, encodeFrame4, encodePayload4, readFrame4 } from './engine/engine4.js';
export { HTMLFILE_HEAD, htmlfileChunk } from './engine/htmlfile.js';
export {
  formField,
  JSONP_PREFIX,
  parseJsonpIndex,
  parseJsonpLiteral,
  unescapeJsonp3,
  wrapJsonp,
  wrapJsonpError,
} from './engine/jsonp.js';
export type { DecodedPayload } from './engine/payload.js';
export { decodeHabit, type HabitualText, isAscii, type Utf8Quirk } from './engine/utf8-quirk.js';
export {
  LEGACY_ADVICE,
  LEGACY_REASONS,
  type LegacyPacket,
  LegacyType,
  makeLegacyPacket,
  splitEndpoint,
} from './legacy/legacy.js';
export { decodeLegacyPacket } from './legacy/legacy-decoder.js';
export { encodeLegacyPacket } from './legacy/legacy-encoder.js';
export { decodeLegacyPayload, encodeLegacyPayload } from './legacy/legacy-payload.js';
export { type CodecLimits, defaultLimits } from './limits.js';
export { decodeMsgpackPacket, encodeMsgpackPacket, looksLikeMsgpack } from './msgpack/msgpack.js';
export { attachBinary } from './packet/binary.js';
export { type Extraction, extractBinary, hasBinary } from './packet/json.js';
export {
  appendArgument,
  decodePacket,
  type EncodedBinary,
  type EncodeOptions,
  encodePacket,
  lenientRules,
  makePacket,
  type Packet,
  type PacketRules,
  PacketType,
  RESERVED_EVENTS,
  strictRules,
} from './packet/packet.js';
