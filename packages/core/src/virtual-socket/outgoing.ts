import type { Packet } from '../codec/packet.js';
import type { EncodedBinary } from '../codec/packet-encoder.js';
import type { WireForm } from '../transport/transport.js';
import type { Dialect } from './dialect.js';

/**
 * A packet on its way to many connections. It is encoded once for each dialect that meets it, and not at all for dialects
 * nobody speaks.
 */
export class Outgoing {
  readonly packet: Packet;
  /** The text most dialects share, once somebody has made it. */
  encoded: string | EncodedBinary | undefined = undefined;
  readonly #forms: (WireForm | undefined)[] = [];

  constructor(packet: Packet) {
    this.packet = packet;
  }

  form(dialect: Dialect): WireForm {
    const known = this.#forms[dialect.slot];
    if (known !== undefined) return known;
    const form = dialect.encode(this);
    this.#forms[dialect.slot] = form;
    return form;
  }
}
