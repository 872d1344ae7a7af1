import { randomBytes } from 'node:crypto';

const WHOLE = 0;
const PART = 1;
const ID = 8;
/** Kind, id, index, count. */
const HEAD = 1 + ID + 4 + 4;
/** Incomplete messages that are kept. */
const MOST_OPEN = 64;

/** Splits messages that exceed the limit of a broker into parts, and joins them again. */
export class Parts {
  readonly #complete: (payload: Buffer, position?: string) => void;
  readonly #open = new Map<string, Buffer[]>();

  /** @param complete takes messages, with the position of their last part. */
  constructor(complete: (payload: Buffer, position?: string) => void) {
    this.#complete = complete;
  }

  /** The name that the parts of one message share; undefined for a whole one. */
  static idOf(part: Uint8Array): string | undefined {
    return part[0] === PART ? Buffer.from(part.buffer, part.byteOffset + 1, ID).toString('latin1') : undefined;
  }

  /** @param limit bytes of one message. */
  of(payload: Buffer, limit: number): Buffer[] {
    if (payload.length < limit) return [Buffer.concat([Buffer.of(WHOLE), payload])];
    const size = limit - HEAD;
    const count = Math.ceil(payload.length / size);
    const id = randomBytes(ID);
    const parts: Buffer[] = [];
    for (let index = 0; index < count; index++) {
      const head = Buffer.allocUnsafe(HEAD);
      head[0] = PART;
      id.copy(head, 1);
      head.writeUInt32BE(index, 1 + ID);
      head.writeUInt32BE(count, 1 + ID + 4);
      parts.push(Buffer.concat([head, payload.subarray(index * size, (index + 1) * size)]));
    }
    return parts;
  }

  /**
   * The parts of a message arrive in order. If one is missing, the message is lost.
   * @returns false for a part of a lost message.
   */
  take(bytes: Uint8Array, position?: string): boolean {
    const part = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (part[0] !== PART) {
      this.#complete(part.subarray(1), position);
      return true;
    }
    const id = part.toString('latin1', 1, 1 + ID);
    const index = part.readUInt32BE(1 + ID);
    const count = part.readUInt32BE(1 + ID + 4);
    const known = index === 0 ? [] : this.#open.get(id);
    if (known === undefined || known.length !== index) {
      this.#open.delete(id);
      return false;
    }
    known.push(part.subarray(HEAD));
    if (known.length === count) {
      this.#open.delete(id);
      this.#complete(Buffer.concat(known), position);
      return true;
    }
    this.#open.set(id, known);
    if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value as string);
    return true;
  }
}
