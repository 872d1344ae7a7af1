import type { IncomingMessage } from 'node:http';

/** How reading a body ended: with its bytes, over the limit, or with the client gone. */
export type BodyResult = { readonly bytes: Buffer } | 'too large' | 'aborted';

const kReader = Symbol('sio.bodyReader');
type ReadRequest = IncomingMessage & { [kReader]?: BodyReader };

/** Reads one request body, counting while it streams: no byte beyond the limit is ever kept. */
class BodyReader {
  readonly #limit: number;
  readonly #finish: (result: BodyResult) => void;
  #first: Buffer | undefined = undefined;
  #rest: Buffer[] | undefined = undefined;
  #size = 0;
  #done = false;

  constructor(limit: number, finish: (result: BodyResult) => void) {
    this.#limit = limit;
    this.#finish = finish;
  }

  take(chunk: Buffer): void {
    if (this.#done) return;
    this.#size += chunk.length;
    if (this.#size > this.#limit) this.end('too large');
    else if (this.#first === undefined) this.#first = chunk;
    else if (this.#rest === undefined) this.#rest = [this.#first, chunk];
    else this.#rest.push(chunk);
  }

  complete(): void {
    // Most bodies are one chunk; only longer ones are copied together.
    this.end({ bytes: this.#rest === undefined ? (this.#first ?? EMPTY) : Buffer.concat(this.#rest, this.#size) });
  }

  end(result: BodyResult): void {
    if (this.#done) return;
    this.#done = true;
    this.#first = undefined;
    this.#rest = undefined;
    this.#finish(result);
  }
}

const EMPTY = Buffer.alloc(0);

/**
 * Reads the body of `req`.
 * @param limit bytes; a `Content-Length` beyond it is refused before a byte is read.
 */
export function readBody(req: IncomingMessage, limit: number, finish: (result: BodyResult) => void): void {
  const announced = req.headers['content-length'];
  if (announced !== undefined && Number(announced) > limit) return finish('too large');
  (req as ReadRequest)[kReader] = new BodyReader(limit, finish);
  req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
}

/** What a body parser in front of the mount made of the body, as bytes or text; undefined when it is neither. */
export function parsedBody(body: unknown): Buffer | string | undefined {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return undefined;
}

function onData(this: ReadRequest, chunk: Buffer): void {
  this[kReader]?.take(chunk);
}

function onEnd(this: ReadRequest): void {
  this[kReader]?.complete();
}

function onClose(this: ReadRequest): void {
  this[kReader]?.end('aborted');
}
