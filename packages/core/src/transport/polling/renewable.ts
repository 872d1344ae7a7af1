import type { IncomingMessage, ServerResponse } from 'node:http';
import { wasForwarded } from '../../internal/http/forwarded.js';
import { serverOf } from '../../internal/node-internals.js';
import { type Exchange, HANDLED, type Outcome } from '../exchange.js';
import type { EncodedFrames, Frame } from '../frame.js';
import { type CloseReason, Transport, type TransportBytes } from '../transport.js';
import type { PollingHost } from './polling.js';
import { type AnswerCounter, answerHeaders, respondCounted } from './respond.js';
import { bytesOf, giveUp, takenOf, type UnreadAnswers, withAnswer } from './unread-answers.js';
import type { EncodedPayload } from './wire.js';

/** How the answers of a polling transport are written where POSTs are not its business. */
export interface PollWire {
  /** @param query raw query string of the poll that will be answered. */
  encode(frames: readonly Frame[], query: string): EncodedPayload;
  /** Tells a waiting poll that there is nothing to tell. */
  readonly idle: readonly Frame[];
  /** Tells a waiting poll that the connection is over. */
  readonly closing: readonly Frame[];
}

/** Measures how long polls wait, and how long they stay away. */
export interface PollWatch {
  pollHeld(): void;
  pollAnswered(): void;
}

const NO_FRAMES: readonly Frame[] = Object.freeze([]);
const kTransport = Symbol('sio.renewablePolling');
type PollResponse = ServerResponse & { [kTransport]?: RenewablePolling | undefined };

/** Long polling in which a further GET takes the place of the one that waits. */
export class RenewablePolling extends Transport implements AnswerCounter {
  readonly streaming = false;
  readonly name: string;
  readonly #wire: PollWire;
  readonly #host: PollingHost;
  readonly #watch: PollWatch;
  #req: IncomingMessage | undefined = undefined;
  #res: PollResponse | undefined = undefined;
  #query = '';
  #server: object | undefined = undefined;
  #unread: UnreadAnswers = undefined;
  #sent = 0;
  #closed = false;

  constructor(name: string, wire: PollWire, host: PollingHost, watch: PollWatch) {
    super();
    this.name = name;
    this.#wire = wire;
    this.#host = host;
    this.#watch = watch;
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

  /** POSTs of its client are counted beside it. */
  override get traffic(): TransportBytes {
    return { received: 0, sent: this.#sent };
  }

  /** @internal */
  countSent(bytes: number): void {
    this.#sent += bytes;
  }

  override get lingering(): boolean {
    return this.#closed && this.bufferedBytes > 0;
  }

  handle(exchange: Exchange): Outcome {
    exchange.take();
    this.#answer(this.#wire.idle);
    const res = exchange.res as PollResponse;
    res[kTransport] = this;
    res.on('close', onPollClosed);
    this.#req = exchange.req;
    this.#res = res;
    this.#query = exchange.query;
    this.#server = serverOf(exchange.req.socket);
    this.#watch.pollHeld();
    this.owner.onWritable(this);
    return HANDLED;
  }

  send(frame: Frame): void {
    this.sendAll([frame]);
  }

  sendForm(form: EncodedFrames): void {
    this.sendAll(form.frames);
  }

  sendAll(frames: readonly Frame[]): void {
    this.#answer(frames);
  }

  flush(): number {
    return this.bufferedBytes;
  }

  #answer(frames: readonly Frame[]): void {
    const req = this.#req;
    const res = this.#res;
    if (req === undefined || res === undefined) return;
    this.#req = undefined;
    this.#res = undefined;
    res[kTransport] = undefined;
    const payload = this.#wire.encode(frames, this.#query);
    const headers = answerHeaders(req, payload);
    this.#host.announceHeaders(headers, req, false);
    const isAnswered = respondCounted(this, this.#host, res, headers, payload.body);
    this.#unread = withAnswer(this.#unread, res);
    this.#watch.pollAnswered();
    // The frames in it are lost.
    if (!isAnswered && !this.#closed) this.#fail('transport error', new Error('poll cannot be answered'));
  }

  /** A client that has moved to another transport has lost nothing; any other learns that the connection is over. */
  close(last: readonly Frame[] = NO_FRAMES): void {
    this.#closed = true;
    this.#answer(this.discarded ? this.#wire.idle : [...last, ...this.#wire.closing]);
  }

  abort(): void {
    this.close();
    this.forceClose();
  }

  override forceClose(): void {
    giveUp(this.#unread);
  }

  /** @internal The client went away while its poll was waiting. */
  pollClosed(res: ServerResponse): void {
    if (this.#res !== res) return;
    const forwarded = this.#req !== undefined && wasForwarded(this.#req);
    this.#req = undefined;
    this.#res = undefined;
    // The server in between may have ended, and the client asks through another: if it is gone, we are told so, or time out.
    if (!forwarded) this.#fail('transport close', new Error('poll connection closed prematurely'));
  }

  #fail(reason: CloseReason, why: Error): void {
    this.owner.onTransportClose(this, reason, why);
  }
}

function onPollClosed(this: PollResponse): void {
  this[kTransport]?.pollClosed(this);
}
