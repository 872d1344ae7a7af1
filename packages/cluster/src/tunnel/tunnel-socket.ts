import { Duplex } from 'node:stream';

/** The kinds of messages between the ends of a tunnel. */
export const Op = Object.freeze({
  DATA: 0,
  /** Nothing follows. */
  END: 1,
  /** The tunnel is over at once. */
  RESET: 2,
  /** The sender may send this number of further bytes. */
  CREDIT: 3,
} as const);

/** Bytes on their way that the other end has not read. */
const WINDOW = 256 * 1024;
/** Bytes of one message. */
const PIECE = 32 * 1024;

/** Sends a message to the other end. */
export type Tell = (op: number, count: number, bytes?: Buffer) => void;

type Done = (error?: Error | null) => void;

/**
 * One end of a connection between two servers whose bytes travel as messages. To HTTP it looks as a socket of TCP: Node takes any stream
 * that ends as one of those.
 */
export class TunnelSocket extends Duplex {
  /** IP address of the client, as the server in front sees it. */
  readonly remoteAddress: string | undefined;
  /** To servers of HTTP/2: they serve HTTP/1.1 here. */
  readonly alpnProtocol = false;
  readonly #tell: Tell;
  readonly #gone: () => void;
  #credit = WINDOW;
  /** Bytes that have arrived and are not granted again yet. */
  #owed = 0;
  #waiting: { rest: Buffer; done: Done } | undefined = undefined;
  #ended = false;
  #over = false;

  /** @param gone is called when nothing can come any more. */
  constructor(tell: Tell, gone: () => void, remoteAddress: string | undefined) {
    super();
    // Node and the server in front stop listening when they are done with it.
    this.on('error', nothing);
    this.#tell = tell;
    this.#gone = gone;
    this.remoteAddress = remoteAddress;
  }

  // ---- from the other end ----

  /** @internal */
  receive(op: number, count: number, bytes: Buffer): void {
    if (op === Op.CREDIT) this.#granted(count);
    else if (op === Op.END) this.push(null);
    else if (op === Op.RESET) this.abort(new Error('the other server ended the connection'));
    else {
      this.#owed += bytes.length;
      if (this.push(bytes)) this.#grant();
    }
  }

  /** @internal Ends it: the other end is gone, or its messages are lost. */
  abort(why: Error): void {
    this.#over = true;
    this.destroy(Object.assign(why, { code: 'ECONNRESET' }));
  }

  override _read(): void {
    this.#grant();
  }

  #grant(): void {
    if (this.#owed < WINDOW / 4) return;
    this.#tell(Op.CREDIT, this.#owed);
    this.#owed = 0;
  }

  // ---- to the other end ----

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  #send(given: Buffer, done: Done): void {
    let rest = given;
    while (rest.length > 0 && this.#credit > 0) {
      const piece = rest.subarray(0, Math.min(PIECE, this.#credit));
      this.#credit -= piece.length;
      this.#tell(Op.DATA, 0, piece);
      rest = rest.subarray(piece.length);
    }
    if (rest.length > 0) this.#waiting = { rest, done };
    else done();
  }

  #granted(count: number): void {
    this.#credit += count;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    this.#send(waiting.rest, waiting.done);
  }

  override _final(done: Done): void {
    this.#ended = true;
    this.#tell(Op.END, 0);
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    // An orderly end reaches the other side after all written bytes.
    if (!this.#over && !this.#ended) this.#tell(Op.RESET, 0);
    this.#over = true;
    this.#gone();
    done(error);
  }

  // ---- as sockets of TCP have it: HTTP servers, clients and applications call these ----

  /** Closes when all that was written is out. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function nothing(): void {}
