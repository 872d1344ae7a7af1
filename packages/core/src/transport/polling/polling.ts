import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Flushable, Flusher } from '../../internal/flusher.js';
import { wasForwarded } from '../../internal/http/forwarded.js';
import { rawHeader } from '../../internal/http/request.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { serverOf } from '../../internal/node-internals.js';
import { type Exchange, HANDLED, type Outcome, type Reply } from '../exchange.js';
import type { EncodedFrames, Frame } from '../frame.js';
import { Transport, type TransportBytes } from '../transport.js';
import { type BodyHost, type BodyResult, leaveUnread } from './body.js';
import {
  type AnswerCounter,
  answerHeaders,
  type HttpCompression,
  type ResponseHost,
  respond,
  respondCompressed,
  respondCounted,
} from './respond.js';
import { bytesOf, giveUp, takenOf, type UnreadAnswers, withAnswer } from './unread-answers.js';
import { Uploads } from './uploads.js';
import type { PollingWire } from './wire.js';

const kTransport = Symbol('sio.polling');
type PollResponse = ServerResponse & { [kTransport]?: PollingTransport | undefined };

/** The part of the engine that a polling transport needs. */
export interface PollingHost extends ResponseHost, BodyHost {
  readonly opts: BodyHost['opts'] & {
    readonly httpCompression: HttpCompression | undefined;
  };
  /** Writes when everything that has arrived in this turn of the event loop has been dealt with. */
  readonly flusher: Flusher;
  /** Lets applications change the headers of an answer; `initial` for the first of a connection. */
  announceHeaders(headers: OutgoingHttpHeaders, req: IncomingMessage, initial: boolean): void;
}

const NO_FRAMES: readonly Frame[] = Object.freeze([]);
const NO_HEADERS = Object.freeze({});

/**
 * Long polling: one GET waits for frames, POSTs bring them. A second GET or POST beside a running one breaks the protocol
 * and ends the connection.
 */
export class PollingTransport extends Transport implements AnswerCounter {
  readonly name = 'polling';
  readonly streaming = false;
  readonly #wire: PollingWire;
  readonly #host: PollingHost;
  readonly #maxFrames: number;
  #req: IncomingMessage | undefined = undefined;
  #res: PollResponse | undefined = undefined;
  #query = '';
  #server: object | undefined = undefined;
  #unread: UnreadAnswers = undefined;
  readonly #uploads = new Uploads();
  /** Ends a POST whose client is made to wait for its answer. */
  #endPost: (() => void) | undefined = undefined;
  #sent = 0;
  #closed = false;
  #lingering = false;

  /** @param maxFrames frames that the client reads of one answer. */
  constructor(wire: PollingWire, host: PollingHost, maxFrames = Number.POSITIVE_INFINITY) {
    super();
    this.#wire = wire;
    this.#host = host;
    this.#maxFrames = maxFrames;
  }

  override get maxFrames(): number {
    return this.#maxFrames;
  }

  get writable(): boolean {
    return this.#res !== undefined;
  }

  get bufferedBytes(): number {
    return bytesOf(this.#unread);
  }

  override get server(): object | undefined {
    return this.#server;
  }

  override get bytesTaken(): number {
    return takenOf(this.#unread);
  }

  override get bytesReceived(): number {
    return this.#uploads.bytes;
  }

  override get traffic(): TransportBytes {
    return { received: this.#uploads.bytes, sent: this.#sent };
  }

  /** @internal */
  countSent(bytes: number): void {
    this.#sent += bytes;
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
    this.#server = serverOf(exchange.req.socket);
    if (cookie !== undefined) headers['Set-Cookie'] = cookie;
    this.#host.announceHeaders(headers, exchange.req, true);
    const length = Buffer.byteLength(body);
    this.#sent += length;
    headers['Content-Length'] = String(length);
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
    if (this.#res !== undefined && !this.#giveUpForwarded(this.#res)) {
      this.#fail(new Error('overlap from client'));
      return plain(400);
    }
    exchange.take();
    this.#hold(exchange);
    // Its client went away while others decided: no event will follow.
    if (exchange.res.destroyed) this.pollClosed(exchange.res);
    else this.owner.onWritable(this);
    return HANDLED;
  }

  /**
   * The poll that waits came through another server, which may have ended: then the client asks again, and may be faster than the end
   * of the connection between the servers. @returns false if the poll is the client's own.
   */
  #giveUpForwarded(res: PollResponse): boolean {
    if (this.#req === undefined || !wasForwarded(this.#req)) return false;
    this.#req = undefined;
    this.#res = undefined;
    res[kTransport] = undefined;
    res.destroy();
    return true;
  }

  #hold(exchange: Exchange): void {
    const res = exchange.res as PollResponse;
    res[kTransport] = this;
    res.on('close', onPollClosed);
    this.#req = exchange.req;
    this.#res = res;
    this.#query = exchange.query;
    this.#server = serverOf(exchange.req.socket);
  }

  #post(exchange: Exchange): Outcome {
    const type = rawHeader(exchange.req, 'content-type') ?? '';
    if (this.#uploads.isReading || this.#endPost !== undefined)
      return this.#refusePost(exchange, 'data request overlap from client');
    if (!this.#wire.accepts(type)) return this.#refusePost(exchange, 'invalid content');
    exchange.take();
    this.#uploads.receive(exchange, this.#host, (result) => this.#posted(exchange, type, result));
    return HANDLED;
  }

  #refusePost(exchange: Exchange, why: string): Outcome {
    leaveUnread(exchange);
    this.#fail(new Error(why));
    return plain(400);
  }

  /** The connection survives a body that is too large; one that breaks off, or comes too slowly, ends it, for packets may be lost. */
  #posted(exchange: Exchange, type: string, result: BodyResult): void {
    const { req, res } = exchange;
    if (result === 'aborted') {
      if (!this.#closed) this.#fail(new Error('data request connection closed prematurely'));
    } else if (result === 'late') {
      leaveUnread(exchange);
      respond(this.#host, res, 408, {}, '');
      if (!this.#closed) this.#fail(new Error('http request timeout'));
    } else if (result === 'too large') {
      leaveUnread(exchange);
      respond(this.#host, res, 413, {}, '');
    } else {
      if (!this.#closed) this.#take(result.body, type, exchange.query);
      if (!this.readingPaused) return this.#confirmPost(req, res);
      // A client posts again when it has its answer; until then a further POST breaks the protocol.
      this.#endPost = () => this.#confirmPost(req, res);
    }
  }

  #take(body: Buffer | string | object, type: string, query: string): void {
    const { frames, error } = this.#wire.decode(body, type, query);
    for (const frame of frames) this.owner.onFrame(this, frame);
    if (error !== undefined) this.owner.onTransportClose(this, 'parse error', error);
  }

  #confirmPost(req: IncomingMessage, res: ServerResponse): void {
    const headers = answerHeaders(req, this.#wire.posted);
    this.#host.announceHeaders(headers, req, false);
    this.#sent += this.#wire.posted.body.length;
    this.#host.flusher.add(new PostAnswer(this.#host, res, headers, this.#wire.posted.body));
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

  flush(): number {
    return this.bufferedBytes;
  }

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
    const isAnswered =
      compress && httpCompression !== undefined
        ? respondCompressed(this, this.#host, req, res, headers, body, httpCompression)
        : respondCounted(this, this.#host, res, headers, body);
    // The frames in it are lost.
    if (!isAnswered && !this.#closed) this.#fail(new Error('poll cannot be answered'));
  }

  /** With no poll waiting, the next one is told: until then the transport lingers. */
  close(last: readonly Frame[] = NO_FRAMES): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#uploads.abandon();
    this.resumeReading();
    if (this.#res === undefined) this.#lingering = true;
    else {
      const { closing } = this.#wire;
      this.#answer([...last.slice(0, this.#maxFrames - closing.length), ...closing], false);
    }
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
    const forwarded = this.#req !== undefined && wasForwarded(this.#req);
    this.#req = undefined;
    this.#res = undefined;
    // The server in between may have ended, and the client asks through another: if it is gone, we are told so, or time out.
    if (!forwarded) this.#fail(new Error('poll connection closed prematurely'));
  }
}

/** The answer to a POST: it wakes the client, so it waits until there is nothing left to read. */
class PostAnswer implements Flushable {
  readonly #host: ResponseHost;
  readonly #res: ServerResponse;
  readonly #headers: OutgoingHttpHeaders;
  readonly #body: string | Buffer;

  constructor(host: ResponseHost, res: ServerResponse, headers: OutgoingHttpHeaders, body: string | Buffer) {
    this.#host = host;
    this.#res = res;
    this.#headers = headers;
    this.#body = body;
  }

  flush(): void {
    respond(this.#host, this.#res, 200, this.#headers, this.#body);
  }
}

keepShape(new PostAnswer({} as ResponseHost, {} as ServerResponse, {}, ''));

function plain(status: number): Reply {
  return { status, headers: NO_HEADERS, body: '' };
}

function onPollClosed(this: PollResponse): void {
  this[kTransport]?.pollClosed(this);
}
