import { asCodecError } from '../../codec/codec-error.js';
import type { EngineFrame } from '../../codec/engine/engine-packet.js';
import { decodePayload4, encodePayload4 } from '../../codec/engine/engine4.js';
import type { DecodedPayload } from '../../codec/engine/payload.js';
import type { EncodedPayload, PollingWire } from '../../transport/polling/wire.js';
import { jsonpAnswer, jsonpOf, postedText } from '../engine/jsonp.js';

/** Polling bodies of Engine.IO 4: text, also as JSONP, which clients 3.0 to 4.2 can still be told to use. */
export class Engine4PollingWire implements PollingWire {
  readonly posted: EncodedPayload = { body: 'ok', type: 'text/html' };
  readonly closing = ['1'];
  readonly closingLate = ['6'];
  readonly #maxPackets: number;

  constructor(maxPackets: number) {
    this.#maxPackets = maxPackets;
  }

  accepts(type: string): boolean {
    return type !== 'application/octet-stream';
  }

  encode(frames: readonly EngineFrame[], query: string): EncodedPayload {
    const index = jsonpOf(query);
    const payload = encodePayload4(frames);
    return index === undefined ? { body: payload, type: 'text/plain; charset=UTF-8' } : jsonpAnswer(index, payload);
  }

  decode(body: Buffer | string | object, _type: string, query: string): DecodedPayload<EngineFrame> {
    let text: string;
    try {
      text = postedText(body, query);
    } catch (error) {
      return { frames: [], error: asCodecError(error, 'bad_form', 'Form cannot be read') };
    }
    return decodePayload4(text, this.#maxPackets);
  }
}
