import { CodecError } from '../../codec/codec-error.js';
import { inlineBinary, restoreBinary } from '../../codec/packet/inline-binary.js';

/**
 * How bytes are treated with Socket.IO 0.9, which has no form for them: `base64` writes them as `{"_base64":"…"}` and reads
 * the same, `drop` leaves the whole packet out with a warning, `error` refuses it.
 */
export type LegacyBinary = 'base64' | 'drop' | 'error';

const MAX_WARNED = 100;

/** Keeps bytes from reaching a 0.9 client as garbage. */
export class BinaryPolicy {
  readonly #mode: LegacyBinary;
  readonly #warn: (message: string) => void;
  readonly #warned = new Set<string>();

  constructor(mode: LegacyBinary, warn: (message: string) => void) {
    this.#mode = mode;
    this.#warn = warn;
  }

  /**
   * The data in a form that JSON can carry; undefined when the packet is to be left out.
   * @throws CodecError `unserializable` in mode `error`.
   */
  outgoing(data: readonly unknown[], what: string): readonly unknown[] | undefined {
    const { value, binary } = inlineBinary(data);
    if (!binary || this.#mode === 'base64') return value as readonly unknown[];
    if (this.#mode === 'error') throw new BinaryRefused(what);
    this.warn(new BinaryRefused(what));
    return undefined;
  }

  incoming(data: unknown): unknown {
    return this.#mode === 'base64' ? restoreBinary(data) : data;
  }

  /** Once for each event: a broadcast would repeat it forever. */
  warn({ message }: Error): void {
    if (this.#warned.has(message) || this.#warned.size >= MAX_WARNED) return;
    this.#warned.add(message);
    this.#warn(message);
  }
}

/** Bytes in a packet, as far as {@link BinaryPolicy} is concerned. */
export class BinaryRefused extends CodecError {
  constructor(what: string) {
    super('unserializable', `${what} holds binary data, which clients of Socket.IO 0.9 cannot take`);
  }
}
