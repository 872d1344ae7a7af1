import { asCodecError } from '../../codec/codec-error.js';
import type { EngineFrame } from '../../codec/engine/engine-packet.js';
import {
  decodePayload3Binary,
  decodePayload3Text,
  encodePayload3Binary,
  encodePayload3Text,
} from '../../codec/engine/engine3.js';
import type { DecodedPayload } from '../../codec/engine/payload.js';
import { isAscii } from '../../codec/engine/utf8-quirk.js';
import type { EncodedPayload, PollingWire } from '../../transport/polling/wire.js';
import { jsonpAnswer, jsonpOf, postedText } from '../engine/jsonp.js';
import type { TextMemory } from './text-memory.js';

const TEXT = 'text/plain; charset=UTF-8';
const BYTES = 'application/octet-stream';

/**
 * Polling bodies of one Engine.IO 3 client: text, bytes or JSONP (protocol §3, §4). A client that encodes text twice
 * is answered likewise.
 */
export class Engine3PollingWire implements PollingWire {
  readonly posted: EncodedPayload = { body: 'ok', type: 'text/html' };
  readonly closing = ['1'];
  readonly closingLate = ['6'];
  readonly #maxPackets: number;
  readonly #memory: TextMemory;

  constructor(maxPackets: number, memory: TextMemory) {
    this.#maxPackets = maxPackets;
    this.#memory = memory;
  }

  accepts(): boolean {
    return true;
  }

  encode(frames: readonly EngineFrame[], query: string, binary: boolean): EncodedPayload {
    const index = jsonpOf(query);
    // Script cannot carry bytes, whatever the handshake said.
    if (index !== undefined) return jsonpAnswer(index, this.#text(frames));
    if (!binary) return { body: this.#text(frames), type: TEXT };
    const { bytesFrom } = this.#memory;
    if (bytesFrom === 0 || frames.some(isBinary)) return { body: encodePayload3Binary(frames), type: BYTES };
    const body = this.#text(frames);
    return isLonger(body, bytesFrom) ? { body: encodePayload3Binary(frames), type: BYTES } : { body, type: TEXT };
  }

  #text(frames: readonly EngineFrame[]): string {
    return encodePayload3Text(this.#memory.habit === 'double' ? frames.map(doubled) : frames);
  }

  decode(body: Buffer | string | object, type: string, query: string): DecodedPayload<EngineFrame> {
    if (type.startsWith(BYTES)) return decodePayload3Binary(bytesOf(body), this.#maxPackets);
    try {
      const decoded = decodePayload3Text(postedText(body, query), this.#maxPackets);
      return { frames: decoded.frames.map(this.#meant), error: decoded.error };
    } catch (error) {
      return { frames: [], error: asCodecError(error, 'bad_form', 'Form cannot be read') };
    }
  }

  /** The frame as its client meant it. */
  readonly #meant = (frame: EngineFrame): EngineFrame => (typeof frame === 'string' ? this.#memory.read(frame) : frame);
}

/** Whether a text has more bytes than this in UTF-8, which takes three for a character at most. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}

function isBinary(frame: EngineFrame): boolean {
  return typeof frame !== 'string';
}

/** The UTF-8 bytes of a text as characters. */
function doubled(frame: EngineFrame): EngineFrame {
  return typeof frame !== 'string' || isAscii(frame) ? frame : Buffer.from(frame, 'utf8').toString('latin1');
}

function bytesOf(body: Buffer | string | object): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : '');
}
