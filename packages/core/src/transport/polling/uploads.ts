import { keepShape } from '../../internal/kept-shapes.js';
import type { Exchange } from '../exchange.js';
import {
  announcesMore,
  type BodyHost,
  type BodyOwner,
  BodyReader,
  type BodyResult,
  parsedBody,
  sizeOf,
} from './body.js';

const NONE: readonly BodyReader[] = Object.freeze([]);

/** The POSTs of one connection: which are being read, and how much has come. */
export class Uploads implements BodyOwner {
  #limit = 0;
  #maxChunks = 0;
  #readers: readonly BodyReader[] = NONE;
  #before = 0;

  get isReading(): boolean {
    return this.#readers.length > 0;
  }

  /** Bytes of all POSTs, those included that are being read. A parser in front keeps its bytes until all are there. */
  get bytes(): number {
    return this.#before + this.#reading;
  }

  get #reading(): number {
    let bytes = 0;
    for (const { size } of this.#readers) bytes += size;
    return bytes;
  }

  /**
   * Takes the body of a request: bytes from the client, or what a parser in front made of it. A `Content-Length` beyond the
   * limit is refused before a byte is read.
   */
  receive(exchange: Exchange, host: BodyHost, finish: (result: BodyResult) => void): void {
    const { maxHttpBufferSize: limit, maxBufferedChunks } = host.opts;
    const parsed = parsedBody(exchange.body);
    if (parsed !== undefined) {
      this.#before += sizeOf(parsed);
      return finish(sizeOf(parsed) > limit ? 'too large' : { body: parsed });
    }
    if (announcesMore(exchange.req, limit)) return finish('too large');
    this.#limit = limit;
    this.#maxChunks = maxBufferedChunks;
    const reader = new BodyReader(exchange.req, this, finish);
    this.#readers = this.#readers.length === 0 ? [reader] : [...this.#readers, reader];
    reader.read(host.bodyTimeout);
  }

  /** @internal */
  fits(bytes: number, chunks: number): boolean {
    return this.#reading + bytes <= this.#limit && chunks <= this.#maxChunks;
  }

  /** @internal */
  finished(reader: BodyReader): void {
    this.#readers = this.#readers.length === 1 ? NONE : this.#readers.filter((other) => other !== reader);
    this.#before += reader.size;
  }

  /** The connection is over. */
  abandon(): void {
    for (const reader of this.#readers) reader.abandon();
  }
}

keepShape(new Uploads());
