import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { bytesTakenOf, serverOf } from '../../internal/node-internals.js';
import { type Exchange, HANDLED, type Outcome } from '../exchange.js';
import type { EncodedFrames, Frame } from '../frame.js';
import { abortResponse, type ResponseHost } from '../polling/respond.js';
import { Transport, type TransportBytes } from '../transport.js';

/** How an answer without an end is written. */
export interface StreamWire {
  /** Content type. */
  readonly type: string;
  /** First part of the body. */
  readonly head: string;
  /** One chunk that carries all of `frames`. */
  chunk(frames: readonly Frame[]): string;
}

const kTransport = Symbol('sio.httpStream');
type StreamResponse = ServerResponse & { [kTransport]?: HttpStream | undefined };

/** The part of the engine that a stream needs. */
export interface StreamHost extends ResponseHost {
  /** Lets applications change the headers of an answer; `initial` for the first of a connection. */
  announceHeaders(headers: OutgoingHttpHeaders, req: IncomingMessage, initial: boolean): void;
}

/** An answer to a GET that stays open and carries frames in chunks. */
export class HttpStream extends Transport {
  readonly streaming = true;
  readonly name: string;
  readonly #wire: StreamWire;
  readonly #host: StreamHost;
  readonly #res: StreamResponse;
  #frames: Frame[] = [];
  #closed = false;
  #sent = 0;

  constructor(name: string, wire: StreamWire, exchange: Exchange, host: StreamHost) {
    super();
    this.name = name;
    this.#wire = wire;
    this.#host = host;
    this.#res = exchange.res;
    const headers: OutgoingHttpHeaders = { 'Content-Type': wire.type, 'Cache-Control': 'no-store', ...UNBUFFERED };
    host.announceHeaders(headers, exchange.req, false);
    exchange.take();
    try {
      this.#res.writeHead(200, headers);
      this.#res.write(wire.head);
      this.#sent = Buffer.byteLength(wire.head);
      this.#res[kTransport] = this;
      this.#res.on('close', onClose);
      this.#res.on('drain', onDrain);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The response cannot be written. Its owner, which may have yet to come, hears of it later. */
  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    abortResponse(this.#host, this.#res, error);
    process.nextTick(() => this.owner.onTransportClose(this, 'transport error', error));
  }

  /** To be returned by a request handler that has made a stream of its exchange. */
  get outcome(): Outcome {
    return HANDLED;
  }

  get writable(): boolean {
    return !this.#closed && !this.#res.writableNeedDrain;
  }

  get bufferedBytes(): number {
    let bytes = this.#res.writableLength;
    for (const frame of this.#frames) bytes += frame.length;
    return bytes;
  }

  override get server(): object | undefined {
    const { socket } = this.#res;
    return socket === null ? undefined : serverOf(socket);
  }

  /** POSTs of its client are counted beside it. */
  override get traffic(): TransportBytes {
    return { received: 0, sent: this.#sent };
  }

  override get bytesTaken(): number {
    return bytesTakenOf(this.#res.socket);
  }

  send(frame: Frame): void {
    this.#frames.push(frame);
  }

  sendForm(form: EncodedFrames): void {
    this.#frames.push(...form.frames);
  }

  sendAll(frames: readonly Frame[]): void {
    this.#frames.push(...frames);
    this.flush();
  }

  flush(): number {
    if (this.#frames.length > 0) this.#write();
    return this.bufferedBytes;
  }

  #write(): void {
    const frames = this.#frames;
    this.#frames = [];
    if (this.#closed) return;
    const chunk = this.#wire.chunk(frames);
    try {
      this.#res.write(chunk);
      this.#sent += Buffer.byteLength(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    try {
      this.#res.end();
    } catch (error) {
      abortResponse(this.#host, this.#res, error);
    }
  }

  override get lingering(): boolean {
    return this.#closed && this.#hasUnread;
  }

  get #hasUnread(): boolean {
    return this.#res.writableLength > 0 && !this.#res.destroyed;
  }

  override forceClose(): void {
    if (this.#hasUnread) this.#res.destroy();
  }

  override gone(callback: () => void): void {
    if (this.#res.closed) setImmediate(callback);
    else this.#res.once('close', callback);
  }

  override written(callback: () => void): void {
    this.flush();
    const { socket } = this.#res;
    if (this.#closed || socket === null || socket.destroyed) return super.written(callback);
    socket.write('', 'latin1', (error) => (error ? super.written(callback) : callback()));
  }

  abort(): void {
    this.#closed = true;
    this.#res.destroy();
  }

  /** @internal */
  ended(): void {
    this.#closed = true;
    this.owner.onTransportClose(this, 'transport close');
  }

  /** @internal */
  drained(): void {
    this.owner.onWritable(this);
  }
}

/** Proxies such as nginx would hold a stream back until it ends. */
const UNBUFFERED = Object.freeze({ 'X-Accel-Buffering': 'no' });

function onClose(this: StreamResponse): void {
  this[kTransport]?.ended();
}

function onDrain(this: StreamResponse): void {
  this[kTransport]?.drained();
}
