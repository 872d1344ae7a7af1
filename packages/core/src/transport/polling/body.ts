import type { IncomingMessage, ServerResponse } from 'node:http';
import { bytesOf } from '../../codec/bytes.js';
import { ByteCollector } from '../../internal/byte-collector.js';
import { rawHeader } from '../../internal/http/request.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { DeadlineQueue, QueuedDeadline } from '../../internal/time/deadlines.js';
import { genuineTimeout } from '../../internal/time/genuine.js';

/** How reading a body ended: with what it is, over a limit, out of time, or with the client gone. */
export type BodyResult = { readonly body: Buffer | string | object } | 'too large' | 'late' | 'aborted';

/** How a connection's bodies are read. */
export interface BodyHost {
  readonly opts: {
    /** Bytes of all bodies that the connection sends at the same time. */
    readonly maxHttpBufferSize: number;
    /** Pieces of one body. */
    readonly maxBufferedChunks: number;
  };
  /** The time for a body to come whole. */
  readonly bodyTimeout: DeadlineQueue;
}

const kReader = Symbol('sio.bodyReader');
type ReadRequest = IncomingMessage & { [kReader]?: BodyReader };

/** Shared by all bodies of a connection that are read at the same time. */
export interface BodyOwner {
  /** Whether `bytes` more may be kept, which are the body's piece number `chunks`. */
  fits(bytes: number, chunks: number): boolean;
  /** The body has been read, or will not be. */
  finished(reader: BodyReader): void;
}

/** Reads one request body, counting while it streams: no byte beyond the limit is ever kept. */
export class BodyReader extends QueuedDeadline {
  readonly req: IncomingMessage;
  readonly #owner: BodyOwner;
  readonly #finish: (result: BodyResult) => void;
  #first: Buffer | undefined = undefined;
  #rest: ByteCollector | undefined = undefined;
  #size = 0;
  #chunks = 0;
  #done = false;
  #discards = false;

  constructor(req: IncomingMessage, owner: BodyOwner, finish: (result: BodyResult) => void) {
    super();
    this.req = req;
    this.#owner = owner;
    this.#finish = finish;
  }

  /** Bytes that have come. */
  get size(): number {
    return this.#size;
  }

  read(timeout: DeadlineQueue): void {
    const { req } = this;
    // The client went away while others decided: no event will follow.
    if (req.destroyed) return this.end('aborted');
    (req as ReadRequest)[kReader] = this;
    // Node reports errors only to listeners; `close` follows in any case.
    req.on('data', onData).on('end', onEnd).on('close', onClose);
    timeout.arm(this);
  }

  override onDeadline(): void {
    this.end('late');
  }

  take(chunk: Buffer): void {
    if (this.#done) return;
    const fits = this.#owner.fits(chunk.length, ++this.#chunks);
    this.#size += chunk.length;
    if (!fits) this.end('too large');
    else if (this.#discards) return;
    else if (this.#first === undefined) this.#first = chunk;
    else this.#collect(chunk);
  }

  /** Most bodies are one chunk. */
  #collect(chunk: Buffer): void {
    if (this.#rest === undefined) {
      this.#rest = new ByteCollector();
      this.#rest.push(this.#first as Buffer);
    }
    this.#rest.push(chunk);
  }

  complete(): void {
    this.end({ body: this.#rest?.take() ?? this.#first ?? EMPTY });
  }

  end(result: BodyResult): void {
    if (this.#done) return;
    this.#done = true;
    DeadlineQueue.cancel(this);
    this.#letGo();
    this.#owner.finished(this);
    this.#finish(result);
  }

  /** The rest of the body is of no use: nothing of it is kept, and its client has a limited time to send it. */
  abandon(): void {
    const { req } = this;
    if (req.complete) return;
    this.#discards = true;
    this.#letGo();
    const timer = genuineTimeout(() => {
      if (!req.complete) req.destroy();
    }, TIME_TO_FINISH);
    timer.unref();
  }

  #letGo(): void {
    this.#first = undefined;
    this.#rest = undefined;
  }
}

keepShape(new BodyReader({} as IncomingMessage, {} as BodyOwner, () => {}));

const EMPTY = Buffer.alloc(0);

/** Milliseconds in which a client may finish a POST to a connection that is over. */
const TIME_TO_FINISH = 1000;

/** Whether the head of a request says that its body is longer than `limit` bytes. */
export function announcesMore(req: IncomingMessage, limit: number): boolean {
  const announced = rawHeader(req, 'content-length');
  return announced !== undefined && Number(announced) > limit;
}

/** Up to this size (bytes) the rest of a body costs less to read than a new TCP connection. */
const CHEAP_TO_READ = 65_536;

/**
 * To be called before a request is answered whose body is of no use: unless that is short, the TCP connection closes with the
 * answer, so that the rest is not read. Streams of HTTP/2 end by themselves.
 */
export function leaveUnread({ req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse }): void {
  if (req.complete || req.httpVersionMajor >= 2) return;
  const announced = rawHeader(req, 'content-length');
  const rest = announced === undefined && rawHeader(req, 'transfer-encoding') === undefined ? 0 : Number(announced);
  // Not a number: it comes in chunks, and may never end.
  if (!(rest <= CHEAP_TO_READ)) res.shouldKeepAlive = false;
}

/** The body as a parser in front has made it, if any: bytes, text or an object. */
export function parsedBody(body: unknown): Buffer | string | object | undefined {
  if (typeof body === 'string') return body;
  return bytesOf(body) ?? (typeof body === 'object' && body !== null ? body : undefined);
}

/** Bytes. A parser that made an object had limits of its own. */
export function sizeOf(body: Buffer | string | object): number {
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
