import type { IncomingMessage } from 'node:http';
import { keepShape } from '../../internal/kept-shapes.js';
import { rawHeader } from '../../internal/raw-header.js';
import type { Exchange } from '../exchange.js';

/** How reading a body ended: with what it is, over the limit, or with the client gone. */
export type BodyResult = { readonly body: Buffer | string | object } | 'too large' | 'aborted';

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

  get size(): number {
    return this.#size;
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
    this.end({ body: this.#rest === undefined ? (this.#first ?? EMPTY) : Buffer.concat(this.#rest, this.#size) });
  }

  end(result: BodyResult): void {
    if (this.#done) return;
    this.#done = true;
    this.#first = undefined;
    this.#rest = undefined;
    this.#finish(result);
  }
}

keepShape(new BodyReader(0, () => {}));

const EMPTY = Buffer.alloc(0);

/**
 * Takes the body of a request: bytes from the client, or what a parser in front made of it: bytes, text or an object.
 * @param limit bytes; a `Content-Length` beyond it is refused before a byte is read.
 */
export function receiveBody(exchange: Exchange, limit: number, finish: (result: BodyResult) => void): void {
  const parsed = parsedBody(exchange.body);
  if (parsed === undefined) readBody(exchange.req, limit, finish);
  else finish(sizeOf(parsed) > limit ? 'too large' : { body: parsed });
}

/** Time (ms). */
const LAST_WORDS = 1000;

/** The connection that a POST belongs to is over: its client may finish it, but not keep us waiting. */
export function abandonBody(req: IncomingMessage): void {
  if (req.complete) return;
  const timer = setTimeout(() => {
    if (!req.complete) req.destroy();
  }, LAST_WORDS);
  timer.unref();
}

/** Bytes of a body that have come so far. A parser in front keeps it to itself until all are there. */
export function bytesRead(req: IncomingMessage): number {
  return (req as ReadRequest)[kReader]?.size ?? 0;
}

function readBody(req: IncomingMessage, limit: number, finish: (result: BodyResult) => void): void {
  const announced = rawHeader(req, 'content-length');
  if (announced !== undefined && Number(announced) > limit) return finish('too large');
  // Its client went away while others decided: no event will come any more.
  if (req.destroyed) return finish('aborted');
  (req as ReadRequest)[kReader] = new BodyReader(limit, finish);
  // Without a listener for errors Node keeps them to itself; `close` follows in any case.
  req.on('data', onData).on('end', onEnd).on('close', onClose);
}

function parsedBody(body: unknown): Buffer | string | object | undefined {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return typeof body === 'object' && body !== null ? body : undefined;
}

/** A parser that made an object had limits of its own. */
function sizeOf(body: Buffer | string | object): number {
  return typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.byteLength(body) : 0;
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
