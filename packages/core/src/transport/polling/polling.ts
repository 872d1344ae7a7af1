import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Flushable, Flusher } from '../../internal/flusher.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { rawHeader } from '../../internal/raw-header.js';
import { type Exchange, HANDLED, type Outcome, type Reply } from '../exchange.js';
import { type EncodedFrames, type Frame, Transport } from '../transport.js';
import { receiveBody } from './body.js';
import { answerHeaders, type HttpCompression, respond, respondCompressed } from './respond.js';
import { bytesOf, giveUp, takenOf, type UnreadAnswers, withAnswer } from './unread-answers.js';
import { Uploads } from './uploads.js';
import type { PollingWire } from './wire.js';

const kTransport = Symbol('sio.polling');
type PollResponse = ServerResponse & { [kTransport]?: PollingTransport | undefined };

/** What a polling transport needs of its server. */
export interface PollingHost {
  readonly opts: {
    /** Bytes of one POST. */
    readonly maxHttpBufferSize: number;
    readonly httpCompression: HttpCompression | undefined;
  };
  /** Writes when everything that has arrived in this turn of the event loop has been dealt with. */
  readonly flusher: Flusher;
  /** Lets applications change the headers of an answer; `initial` for the first of a connection. */
  announceHeaders(headers: OutgoingHttpHeaders, req: IncomingMessage, initial: boolean): void;
}

const NO_HEADERS = Object.freeze({});

/**
 * Long polling: one GET waits for frames, POSTs bring them. A second GET or POST beside a running one breaks the protocol
 * and ends the connection.
 */
export class PollingTransport extends Transport {
  readonly name = 'polling';
  readonly streaming = false;
  readonly #wire: PollingWire;
  readonly #host: PollingHost;
  #req: IncomingMessage | undefined = undefined;
  #res: PollResponse | undefined = undefined;
  #query = '';
  #unread: UnreadAnswers = undefined;
  readonly #uploads = new Uploads();
  /** Ends a POST whose client is made to wait for its answer. */
  #endPost: (() => void) | undefined = undefined;
  #closed = false;
  #lingering = false;

  constructor(wire: PollingWire, host: PollingHost) {
    super();
    this.#wire = wire;
    this.#host = host;
  }

  get writable(): boolean {
    return this.#res !== undefined;
  }

  get bufferedBytes(): number {
    return bytesOf(this.#unread);
  }

  override get bytesTaken(): number {
    return takenOf(this.#unread);
  }

  override get bytesReceived(): number {
    return this.#uploads.bytes;
  }

  override get lingering(): boolean {
    return this.#lingering || (this.#closed && this.bufferedBytes > 0);
  }

  /** One more request of this connection. */
  handle(exchange: Exchange): Outcome {
    const { method } = exchange.req;
    if (method === 'GET') return this.#poll(exchange);
    if (method === 'POST') return this.#post(exchange);
    return plain(500);
  }

  /** The answer to the request that made the connection: it passes the framework's response phase. */
  firstReply(frames: readonly Frame[], exchange: Exchange, cookie: string | undefined): Reply {
    const payload = this.#wire.encode(frames, exchange.query, this.supportsBinary);
    const { body } = payload;
    const headers = answerHeaders(exchange.req, payload);
    if (cookie !== undefined) headers['Set-Cookie'] = cookie;
    this.#host.announceHeaders(headers, exchange.req, true);
    headers['Content-Length'] = String(Buffer.byteLength(body));
    return { status: 200, headers: headers as Record<string, string>, body };
  }

  #poll(exchange: Exchange): Outcome {
    if (this.#closed) {
      this.#lingering = false;
      exchange.take();
      this.#hold(exchange);
      this.#answer([...this.#wire.closingLate, ...this.#wire.closing], false);
      this.owner.onTransportClose(this, 'transport close');
      return HANDLED;
    }
    if (this.#res !== undefined) {
      this.#fail(new Error('overlap from client'));
      return plain(400);
    }
    exchange.take();
    this.#hold(exchange);
    // Its client went away while others decided: nobody will tell any more.
    if (exchange.res.destroyed) this.pollClosed(exchange.res);
    else this.owner.onWritable(this);
    return HANDLED;
  }

  #hold(exchange: Exchange): void {
    const res = exchange.res as PollResponse;
    res[kTransport] = this;
    res.on('close', onPollClosed);
    this.#req = exchange.req;
    this.#res = res;
    this.#query = exchange.query;
  }

  #post(exchange: Exchange): Outcome {
    const type = rawHeader(exchange.req, 'content-type') ?? '';
    if (this.#uploads.isReading) {
      this.#fail(new Error('data request overlap from client'));
      return plain(400);
    }
    if (!this.#wire.accepts(type)) {
      this.#fail(new Error('invalid content'));
      return plain(400);
    }
    exchange.take();
    this.#uploads.begin(exchange.req);
    this.#readPost(exchange, type);
    return HANDLED;
  }

  #readPost(exchange: Exchange, type: string): void {
    const { req, res, query } = exchange;
    receiveBody(exchange, this.#host.opts.maxHttpBufferSize, (result) => {
      if (typeof result === 'object') this.#posted(req, res, result.body, type, query);
      else this.#failedPost(req, res, result);
    });
  }

  /** The connection survives a body that is too large; one that breaks off ends it, for packets may be lost. */
  #failedPost(req: IncomingMessage, res: ServerResponse, result: 'too large' | 'aborted'): void {
    this.#uploads.end(req);
    if (result === 'aborted') {
      this.#fail(new Error('data request connection closed prematurely'));
      return;
    }
    refuseBody(req, res);
  }

  #posted(
    req: IncomingMessage,
    res: ServerResponse,
    body: Buffer | string | object,
    type: string,
    query: string,
  ): void {
    const { frames, error } = this.#wire.decode(body, type, query);
    for (const frame of frames) this.owner.onFrame(this, frame);
    if (error !== undefined) this.owner.onTransportClose(this, 'parse error', error);
    if (!this.readingPaused) return this.#confirmPost(req, res);
    // A client posts again when it has its answer; until then a further POST breaks the protocol.
    this.#endPost = () => this.#confirmPost(req, res);
  }

  #confirmPost(req: IncomingMessage, res: ServerResponse): void {
    this.#uploads.end(req);
    const headers = answerHeaders(req, this.#wire.posted);
    this.#host.announceHeaders(headers, req, false);
    this.#host.flusher.add(new Answer(res, headers, this.#wire.posted.body));
  }

  override resumeReading(): void {
    super.resumeReading();
    const endPost = this.#endPost;
    this.#endPost = undefined;
    endPost?.();
  }

  send(frame: Frame, compress: boolean): void {
    this.sendAll([frame], compress);
  }

  sendForm(form: EncodedFrames, compress: boolean): void {
    this.sendAll(form.frames, compress);
  }

  sendAll(frames: readonly Frame[], compress: boolean): void {
    const res = this.#res;
    this.#answer(frames, compress);
    if (res !== undefined) this.#unread = withAnswer(this.#unread, res);
  }

  flush(): void {}

  #answer(frames: readonly Frame[], compress: boolean): void {
    const req = this.#req;
    const res = this.#res;
    if (req === undefined || res === undefined) return;
    this.#req = undefined;
    this.#res = undefined;
    res[kTransport] = undefined;
    const payload = this.#wire.encode(frames, this.#query, this.supportsBinary);
    const { body } = payload;
    const headers = answerHeaders(req, payload);
    this.#host.announceHeaders(headers, req, false);
    const { httpCompression } = this.#host.opts;
    if (compress && httpCompression !== undefined) respondCompressed(req, res, headers, body, httpCompression);
    else respond(res, 200, headers, body);
  }

  /** With no poll waiting, the next one is told: until then the transport lingers. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#uploads.abandon();
    if (this.#res === undefined) this.#lingering = true;
    else this.#answer(this.#wire.closing, false);
  }

  abort(): void {
    this.close();
    this.forceClose();
  }

  override forceClose(): void {
    giveUp(this.#unread);
  }

  #fail(error: Error): void {
    this.owner.onTransportClose(this, 'transport error', error);
  }

  /** @internal The client went away while its poll was waiting. */
  pollClosed(res: ServerResponse): void {
    if (this.#res !== res) return;
    this.#req = undefined;
    this.#res = undefined;
    this.#fail(new Error('poll connection closed prematurely'));
  }
}

/** The answer to a POST: it wakes the client, so it waits until there is nothing left to read. */
class Answer implements Flushable {
  readonly #res: ServerResponse;
  readonly #headers: OutgoingHttpHeaders;
  readonly #body: string | Buffer;

  constructor(res: ServerResponse, headers: OutgoingHttpHeaders, body: string | Buffer) {
    this.#res = res;
    this.#headers = headers;
    this.#body = body;
  }

  flush(): void {
    respond(this.#res, 200, this.#headers, this.#body);
  }
}

keepShape(new Answer({} as ServerResponse, {}, ''));

function plain(status: number): Reply {
  return { status, headers: NO_HEADERS, body: '' };
}

/** The rest of the body is not wanted: the answer goes out and the TCP connection with it (HTTP/2 streams end alone). */
function refuseBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.httpVersionMajor < 2) res.shouldKeepAlive = false;
  respond(res, 413, {}, '');
}

function onPollClosed(this: PollResponse): void {
  this[kTransport]?.pollClosed(this);
}
