/*
 * Engine.IO's frames on a WebTransport stream, written apart from the core's, so that tests do not check the core by itself: a byte
 * with the length below 126, or 126 and 16 bits, or 127 and 64 bits; its highest bit says that the payload is binary.
 */

/** A frame as bytes. */
export function frameBytes(frame: string | Buffer): Buffer {
  const payload = Buffer.from(frame as string);
  const head = Buffer.alloc(payload.length < 126 ? 1 : payload.length < 0x1_0000 ? 3 : 9);
  if (head.length === 1) head[0] = payload.length;
  else if (head.length === 3) head.writeUInt16BE(payload.length, head.writeUInt8(126));
  else head.writeBigUInt64BE(BigInt(payload.length), head.writeUInt8(127));
  if (typeof frame !== 'string') head[0]! |= 0x80;
  return Buffer.concat([head, payload]);
}

/** Cuts what arrives into frames. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array, take: (frame: string | Buffer) => void): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let end = this.#end(); end !== undefined && end[1] <= this.#bytes.length; end = this.#end()) {
      const payload = this.#bytes.subarray(...end);
      take(this.#bytes[0]! < 0x80 ? payload.toString() : Buffer.from(payload));
      this.#bytes = this.#bytes.subarray(end[1]);
    }
  }

  /** Where the payload of the first frame begins and ends; undefined while its length is still coming. */
  #end(): [start: number, end: number] | undefined {
    const first = (this.#bytes[0] ?? 0) & 0x7f;
    const start = first < 126 ? 1 : first === 126 ? 3 : 9;
    if (this.#bytes.length < start) return undefined;
    if (start === 1) return [start, start + first];
    return [start, start + (start === 3 ? this.#bytes.readUInt16BE(1) : Number(this.#bytes.readBigUInt64BE(1)))];
  }
}
