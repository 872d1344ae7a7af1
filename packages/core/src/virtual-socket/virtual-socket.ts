import type { IncomingMessage } from 'node:http';
import { rawMessage } from '../codec/bytes.js';
import type { Packet } from '../codec/packet/packet.js';
import type { AsyncScope } from '../internal/async-scope.js';
import { callListeners, contain, LazyEmitter } from '../internal/events/lazy-emitter.js';
import type { Flushable } from '../internal/flusher.js';
import { withQuery } from '../internal/http/request.js';
import { shareStrings } from '../internal/http/shared-strings.js';
import { type Deadline, DeadlineQueue } from '../internal/time/deadlines.js';
import { EncodedFrames, type Frame, type OutboundPacket } from '../transport/frame.js';
import type { CloseReason, Transport, TransportOwner } from '../transport/transport.js';
import { BackpressureQueue, type DropPolicy } from './backpressure-queue.js';
import type { Connection, Dialect, PacketReceiver, ProtocolVersion, RawPacket, ReadyState } from './dialect.js';
import { type DisconnectDetails, detailsOf, NO_DETAILS } from './disconnect-details.js';
import type { EngineContext } from './engine-context.js';
import type { SlowConsumers } from './engine-options.js';
import { awaitsPong, kChecks, kReceived, kTaken, silenceOf } from './heartbeat.js';
import { OutboundQueue } from './outbound-queue.js';
import { PartialPacket } from './partial-packet.js';
import { factsOf, NO_FACTS, type Origin, type RequestFacts } from './request-info.js';
import type { UnjoinedConnection, UnjoinedPlace } from './unjoined-connections.js';
import type { UpgradeAttempt } from './upgrade.js';

/** A raw message, which belongs to no namespace. */
export type RawMessage = string | ArrayBufferView | ArrayBufferLike;

/** How a raw message is sent. */
export interface SendOptions {
  /** @default true */
  readonly compress?: boolean;
  /**
   * The message as a whole WebSocket frame, in pieces, as the `Sender.frame` of `ws` makes it. Other transports send the message itself.
   */
  readonly wsPreEncodedFrame?: readonly (string | Uint8Array)[];
}

/** Called with the transport that has taken a message. */
export type SentCallback = (transport: Transport) => void;

/** A message whose WebSocket frame the application has made. */
class EncodedMessage {
  readonly #form: EncodedFrames;

  constructor(frame: Frame, pieces: readonly (string | Uint8Array)[]) {
    this.#form = new EncodedFrames([frame]);
    this.#form.framed = [
      Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece))),
    ];
  }

  form(): EncodedFrames {
    return this.#form;
  }
}

/** Why a connection is closing, while its last output still waits. */
interface PendingClose {
  readonly reason: CloseReason;
  readonly why: Error | undefined;
}

/** Beside the connections: nearly all of them need no room for it. */
const pendingCloses = new WeakMap<VirtualSocket, PendingClose>();

/** Reasons for which the session is gone at once: the next poll finds none, as clients of Engine.IO expect. */
const UNANNOUNCED: ReadonlySet<CloseReason> = new Set(['ping timeout', 'parse error', 'transport error']);

const NO_FRAMES: readonly Frame[] = Object.freeze([]);

/**
 * The connection of one client, across its transports, requests and upgrades. socket.io calls it the engine socket
 * (`socket.conn`). It queues frames while no transport can take them; its dialect interprets the frames it receives.
 *
 * Events: `packet`, `packetCreate`, `message`, `data`, `heartbeat`, `flush`, `drain`, `upgrading`, `upgrade`, `close`.
 */
export class VirtualSocket
  extends LazyEmitter
  implements Connection, Deadline, Flushable, TransportOwner, UnjoinedConnection
{
  /** The session id: a secret between this client and the server. */
  readonly id: string;
  /** @internal */
  readonly engine: EngineContext;
  /** @internal Another of the same protocol version may take over once the client has shown how it speaks. */
  dialect: Dialect;
  /** The asynchronous context of the request that made the connection, in which its events are handled. */
  readonly scope: AsyncScope;
  /** IP address of the client. Behind a proxy it follows the framework's proxy trust setting. */
  readonly remoteAddress: string;
  /** Whether the client uses TLS, as the framework sees it: it may trust a proxy that says so. */
  readonly secure: boolean;
  /** The current transport: `name`, `writable`, `discarded`, `supportsBinary`. */
  transport: Transport;
  /** The state of the connection: `opening`, `open`, `closing` or `closed`. */
  readyState: ReadyState = 'opening';
  /** The upgrade in progress, if any. */
  upgrade: UpgradeAttempt | undefined = undefined;
  /** Whether the connection has changed from polling to another transport. */
  upgraded = false;
  /**
   * How this connection treats events that its client does not read in time. Overrides the server's option of the same
   * name.
   */
  declare slowConsumers: SlowConsumers;
  /** @internal */
  receiver: PacketReceiver | undefined = undefined;
  /** @internal */
  partial: PartialPacket | undefined = undefined;
  /** @internal */
  dialectState: unknown = undefined;
  /** @internal Until it joins its first namespace, and again while its client has yet to hear of its end. */
  place: UnjoinedPlace | undefined = undefined;

  /** @internal */
  due = 0;
  /** @internal */
  previousDeadline: Deadline | undefined = undefined;
  /** @internal */
  nextDeadline: Deadline | undefined = undefined;
  /** @internal */
  deadlineQueue: DeadlineQueue | undefined = undefined;
  /** @internal */
  [kChecks] = 0;
  /** @internal */
  [kReceived] = 0;
  /** @internal */
  [kTaken] = -1;

  /** Milliseconds after the engine began: a small number, where a date would be an object of its own. */
  readonly #opened: number;
  #request: IncomingMessage | null;
  /** Undefined where there is no framework, and its request is Node's. */
  #context: unknown;
  #facts: RequestFacts | undefined = undefined;
  #queue: OutboundQueue | undefined = undefined;
  #flushScheduled = false;
  #watched: RawPacket[] | undefined = undefined;
  #sent: SentCallback[] | undefined = undefined;

  /** @param scope that of the request. */
  constructor(
    engine: EngineContext,
    dialect: Dialect,
    id: string,
    transport: Transport,
    from: Origin | null,
    scope: AsyncScope,
  ) {
    super();
    this.engine = engine;
    this.dialect = dialect;
    this.scope = scope;
    this.id = id;
    // A small integer: a difference as it is would be an object.
    this.#opened = Math.trunc(Date.now() - engine.startedAt);
    this.#request = from?.req ?? null;
    this.#context = from?.context === this.#request ? undefined : from?.context;
    const peer = from?.peer;
    this.remoteAddress = peer?.address ?? '';
    // A connection without a request is WebTransport, which is always encrypted.
    this.secure = peer?.secure ?? true;
    this.transport = transport;
    transport.owner = this;
    const { slowConsumers } = engine.opts;
    if (slowConsumers !== 'disconnect') this.slowConsumers = slowConsumers;
  }

  /** Calls the listeners of an event. Unlike with Node's `emit`, a listener that throws is reported and harms nothing. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error') return super.emit(event, ...args);
    return callListeners(this, event, args, (error) => this.engine.failed(error, 'listener', String(event)));
  }

  // ---- the client and its first request ----

  /** The version of Engine.IO: 3 or 4; 1 for clients of Socket.IO 0.9, whose paths begin with that number. */
  get protocol(): number {
    return this.dialect.protocol;
  }

  /** The protocol version of the client: `eio4` for clients 3.x and 4.x, `eio3` for 1.x and 2.x, `0.9` for 0.8 and 0.9. */
  get protocolVersion(): ProtocolVersion {
    return this.dialect.protocolVersion;
  }

  /** @deprecated Renamed to {@link VirtualSocket.protocolVersion}. */
  get generation(): ProtocolVersion {
    return this.protocolVersion;
  }

  /** When the connection was made (ms since the epoch). */
  get openedAt(): number {
    return this.engine.startedAt + this.#opened;
  }

  /** The HTTP request that made the connection. Set it to null to free its memory. */
  get request(): IncomingMessage | null {
    return this.#request && withQuery(this.#request);
  }

  set request(request: IncomingMessage | null) {
    if (request === null) this.releaseRequest(true);
    else this.#request = request;
  }

  /** The framework's object for the request that made the connection; null once the request is released. */
  get context(): unknown {
    return this.#context ?? this.#request;
  }

  /** The headers and the target of the request, available also after the request is released. */
  get requestFacts(): RequestFacts {
    return this.#facts ?? factsOf(this.#request);
  }

  /** @internal Makes the request, which stays, as light as it can be. */
  keepRequest(): void {
    if (this.#request !== null) shareStrings(this.#request);
  }

  /** Releases the request. @param keepFacts whether `requestFacts` stays available. */
  releaseRequest(keepFacts: boolean): void {
    if (this.#request === null) return;
    this.engine.requestReleased?.(this as never);
    this.#facts = keepFacts ? factsOf(this.#request) : NO_FACTS;
    this.#request = null;
    this.#context = undefined;
  }

  // ---- input ----

  /** Marks the connection as established and lets the dialect greet the client. */
  open(): void {
    if (this.readyState !== 'opening') return;
    if (this.transport.streaming && this.place !== undefined) this.place.heard = true;
    this.readyState = 'open';
    const { engine, dialect } = this;
    try {
      engine.taker?.accept(this as never);
    } catch (error) {
      engine.failed(error, 'connection', 'Client');
    }
    if (engine.listenerCount('connection') > 0) engine.announce(this);
    // A listener may have closed it.
    if ((this.readyState as ReadyState) !== 'closed') dialect.firstDeadline?.arm(this);
    dialect.opened?.(this);
  }

  /** @internal */
  onFrame(transport: Transport, frame: Frame): void {
    if (transport !== this.transport || this.readyState === 'closed') return;
    if (this.place !== undefined) this.engine.unjoinedConnections.heard(this);
    if (this.readyState === 'opening') this.open();
    this.dialect.receive(this, frame);
  }

  /** @internal A binary packet whose attachments are still to come; they have a limited time. */
  expectAttachments(packet: Packet): void {
    this.partial = new PartialPacket(this, packet);
    this.engine.attachmentTimeout.arm(this.partial);
  }

  /** Whether reading from the client is paused, because too much of its input waits. */
  get readingPaused(): boolean {
    return this.transport.readingPaused;
  }

  /** @internal Makes the client wait before it can send more, as far as the transport can. */
  pauseReading(): void {
    if (this.readyState !== 'closed') this.transport.pauseReading();
  }

  /** @internal */
  resumeReading(): void {
    if (!this.transport.readingPaused) return;
    this.transport.resumeReading();
    this.dialect.readingResumed?.(this);
  }

  // ---- heartbeat: see heartbeat.ts ----

  /** Time (ms) since the client last showed by a heartbeat that it is alive. */
  get lastPongAge(): number {
    return silenceOf(this) ?? Date.now() - this.openedAt;
  }

  /** Whether a heartbeat has been sent that the client has not answered. */
  get awaitingPong(): boolean {
    return awaitsPong(this);
  }

  /** @internal */
  armHeartbeat(queue: DeadlineQueue): void {
    if (this.readyState !== 'closed') queue.arm(this);
  }

  /** @internal */
  onDeadline(queue: DeadlineQueue): void {
    if (this.readyState === 'closed') return this.#giveUp();
    const { engine } = this;
    engine.expiring = queue;
    try {
      this.dialect.heartbeatDue(this);
    } finally {
      engine.expiring = undefined;
    }
  }

  // ---- output ----

  /** Bytes that wait for this client: accepted for it and not yet handed to the system. */
  get bufferedBytes(): number {
    if (this.readyState === 'closed') return 0;
    const { bufferedBytes } = this.transport;
    return this.#queue === undefined ? bufferedBytes : bufferedBytes + this.#queue.bytes;
  }

  /** The frames that wait for a transport. */
  get writeBuffer(): readonly Frame[] {
    return this.#queue?.frames ?? NO_FRAMES;
  }

  /** Whether a volatile message would go out now instead of waiting. */
  get writable(): boolean {
    return this.readyState === 'open' && this.transport.writable;
  }

  /** Queues one frame. It is sent together with all others of this turn of the event loop. */
  sendFrame(frame: Frame, compress: boolean): void {
    if (this.readyState !== 'open' && this.readyState !== 'opening' && !this.#takesLast) return;
    if (this.#queue?.held !== undefined) return this.#hold(new EncodedFrames([frame]), compress, undefined);
    const { transport } = this;
    if (!transport.streaming) this.#enqueue(frame, compress);
    else {
      // A transport that throws costs its own connection: others may get the same message in the same go.
      try {
        transport.send(frame, compress);
      } catch (error) {
        return this.engine.itemFailed(error, this);
      }
    }
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      this.engine.flusher.add(this);
    }
    if (this._events !== undefined || this.engine.watchesFlush) this.#announce(frame);
  }

  /** Queues a message that goes to many connections. */
  sendPacket(outbound: OutboundPacket | EncodedMessage, compress: boolean): void {
    if (this.readyState !== 'open' && !this.#takesLast) return;
    const form = outbound.form(this.dialect);
    if (this.#queue?.held !== undefined) return this.#hold(form, compress, undefined);
    const { transport } = this;
    if (!transport.streaming) for (const frame of form.frames) this.#enqueue(frame, compress);
    else {
      try {
        transport.sendForm(form, compress);
      } catch (error) {
        return this.engine.itemFailed(error, this);
      }
    }
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      this.engine.flusher.add(this);
    }
    if (this._events !== undefined || this.engine.watchesFlush) for (const frame of form.frames) this.#announce(frame);
  }

  /** Whether the server shuts down and the last poll, which fetches everything that waits, has yet to come. Sockets are still connected. */
  get #takesLast(): boolean {
    if (this.readyState !== 'closing' || this.#queue === undefined) return false;
    return pendingCloses.get(this)?.reason === 'server shutting down';
  }

  /** Queues a message that may be dropped if the client is slow. */
  sendWithPolicy(outbound: OutboundPacket, compress: boolean, policy: DropPolicy): void {
    if (this.#queue?.held === undefined && this.writable) return this.sendPacket(outbound, compress);
    if (this.readyState === 'open') this.#hold(outbound.form(this.dialect), compress, policy);
  }

  /**
   * Sends a raw message that belongs to no namespace: text, or bytes as a Buffer, typed array, DataView or ArrayBuffer.
   * @throws TypeError for other objects, which cannot be encoded.
   * @param callback called with the transport when it has taken the message. Never called if the connection ends
   * before.
   */
  send(data: RawMessage, options?: SendOptions | SentCallback | null, callback?: SentCallback): this {
    const given = typeof options === 'function' ? undefined : options;
    const sent = typeof options === 'function' ? options : callback;
    const frame = this.dialect.message(rawMessage(data));
    const compress = given?.compress !== false;
    if (given?.wsPreEncodedFrame === undefined) this.sendFrame(frame, compress);
    else this.sendPacket(new EncodedMessage(frame, given.wsPreEncodedFrame), compress);
    if (sent !== undefined) this.afterFlush(sent);
    return this;
  }

  /** The same as {@link send}. */
  write(data: RawMessage, options?: SendOptions | SentCallback | null, callback?: SentCallback): this {
    return this.send(data, options, callback);
  }

  /**
   * Calls `callback` once everything sent so far has been handed to a transport. It is not called if the connection closes
   * before.
   */
  afterFlush(callback: SentCallback): void {
    this.#sent ??= [];
    this.#sent.push(callback);
    this.#scheduleFlush();
  }

  /**
   * Resolves when everything sent so far has been handed to the system, or the connection has ended. Await it to send
   * no faster than the client reads.
   */
  async drained(): Promise<void> {
    while (this.readyState === 'open' && this.bufferedBytes > 0)
      await new Promise<void>((resolve) => this.#whenWritten(resolve));
  }

  #whenWritten(resolve: () => void): void {
    // A client that leaves does not keep its sender waiting.
    this.once('close', resolve);
    const written = () => {
      this.off('close', resolve);
      resolve();
    };
    if (this.writeBuffer.length === 0 && (this.#queue?.held === undefined || this.transport.streaming))
      this.transport.written(written);
    else this.afterFlush(written);
  }

  #enqueue(frame: Frame, compress: boolean): void {
    this.#queue ??= new OutboundQueue();
    const queue = this.#queue;
    queue.push(frame, compress);
    const { maxQueuedFrames, maxBufferedBytes } = this.engine.opts;
    const bytes = queue.bytes + this.transport.bufferedBytes;
    if (queue.frames.length > maxQueuedFrames || bytes > maxBufferedBytes) this.#overflow();
  }

  #hold(form: EncodedFrames, compress: boolean, policy: DropPolicy | undefined): void {
    this.#queue ??= new OutboundQueue();
    if (this.#queue.held === undefined) {
      this.#queue.held = new BackpressureQueue();
      this.#awaitRelease();
    }
    const { held } = this.#queue;
    const { flow } = this.engine;
    if (held.add(form, compress, policy)) flow.replaced++;
    while (!this.#isWithinBudget(held)) {
      if (!held.dropOldest()) return this.#overflow();
      flow.dropped++;
    }
  }

  #isWithinBudget(held: BackpressureQueue): boolean {
    const { maxBufferedBytes, maxQueuedFrames } = this.engine.opts;
    return this.bufferedBytes <= maxBufferedBytes && held.count <= maxQueuedFrames;
  }

  #awaitRelease(): void {
    if (this.transport.streaming) this.transport.written(() => this.#release());
  }

  /** The transport takes messages again. */
  #release(): void {
    const queue = this.#queue;
    if (queue?.held === undefined || this.readyState === 'closed') return;
    const { transport } = this;
    while (!transport.streaming || transport.writable) {
      const next = queue.held.take();
      if (next === undefined) {
        queue.held = undefined;
        if (queue.frames.length === 0) this.#queue = undefined;
        break;
      }
      if (!transport.streaming) for (const frame of next.form.frames) this.#enqueue(frame, next.compress);
      else {
        transport.sendForm(next.form, next.compress);
        transport.flush();
      }
    }
    if (queue.held !== undefined) return this.#awaitRelease();
    this.#scheduleFlush();
  }

  /** @internal The transport takes frames again. */
  onWritable(transport: Transport): void {
    if (transport !== this.transport) return;
    if (this.place !== undefined) this.engine.unjoinedConnections.heard(this);
    if (this.readyState === 'opening') this.open();
    if (this.#queue === undefined) return;
    if (this.#queue.held !== undefined && !transport.streaming) this.#release();
    if (this.writeBuffer.length > 0) this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.engine.flusher.add(this);
  }

  /** @internal */
  flush(): void {
    this.#flushScheduled = false;
    if (this.readyState === 'closed') return;
    const { transport } = this;
    if (transport.streaming) {
      if (this.#watched !== undefined) this.#publishFlush(this.#watched);
      if (transport.flush() > this.engine.opts.maxBufferedBytes) return this.#overflow();
    } else {
      if (this.writeBuffer.length === 0 || !transport.writable) return;
      this.#writeQueue();
      // The next poll gets the rest.
      if (this.writeBuffer.length > 0) return;
    }
    if (this.#sent !== undefined || this._events !== undefined || this.engine.watchesDrain) this.#flushed();
    else if (this.readyState === 'closing') this.#finishIfIdle();
  }

  #writeQueue(): void {
    const queue = this.#queue as OutboundQueue;
    if (this.#watched !== undefined) this.#publishFlush(this.#watched);
    const { compress } = queue;
    const { transport } = this;
    const frames = queue.takeFrames(transport.maxFrames);
    if (queue.held === undefined && queue.frames.length === 0) this.#queue = undefined;
    transport.sendAll(frames, compress);
  }

  /** For listeners to raw packets; those that go out in one write are told once more with `flush`. */
  #announce(frame: Frame): void {
    const packet = this.dialect.describe(frame);
    this.#watched ??= [];
    this.#watched.push(packet);
    this.emit('packetCreate', packet);
  }

  #publishFlush(packets: readonly RawPacket[]): void {
    this.#watched = undefined;
    if (this._events !== undefined) this.emit('flush', packets);
    this.engine.emit('flush', this, packets);
  }

  #flushed(): void {
    if (this.#sent !== undefined) {
      const sent = this.#sent;
      this.#sent = undefined;
      for (const callback of sent) this.#call(callback);
    }
    if (this._events !== undefined) this.emit('drain');
    if (this.engine.watchesDrain) this.engine.emit('drain', this);
    this.#finishIfIdle();
  }

  #call(callback: SentCallback): void {
    contain(
      () => callback(this.transport),
      (error) => this.engine.failed(error, 'listener', 'sent'),
    );
  }

  /** Output that waits does not go out any more, and callbacks are not called. */
  #forgetOutput(): void {
    this.#queue = undefined;
    this.#sent = undefined;
  }

  // ---- change of transport ----

  /** The engine that the connection belongs to. */
  get server(): EngineContext {
    return this.engine;
  }

  /** Whether an upgrade is in progress. */
  get upgrading(): boolean {
    return this.upgrade !== undefined;
  }

  /** Completes an upgrade: from now on `transport` carries the frames. Queued output is sent on it first. */
  replaceTransport(transport: Transport): void {
    this.#adopt(transport);
    this.upgraded = true;
    if (this._events !== undefined) this.emit('upgrade', transport);
    this.#resumeOutput();
  }

  /** Changes the transport for a client that does so without an upgrade, as clients of 0.9 do. */
  switchTransport(transport: Transport): void {
    this.#adopt(transport);
    this.#resumeOutput();
  }

  #adopt(transport: Transport): void {
    const previous = this.transport;
    if (this.readyState !== 'closed') this.engine.traffic.keep(this.protocolVersion, previous);
    previous.discard();
    transport.owner = this;
    this.transport = transport;
    if (previous.goingAway) transport.goingAway = true;
    if (previous.readingPaused) {
      previous.resumeReading();
      transport.pauseReading();
    }
    this.dialect.transportChanged(this, previous);
    // A client that has moved on reads nothing there any more.
    previous.forceClose();
  }

  #resumeOutput(): void {
    const { transport } = this;
    if (this.writeBuffer.length === 0) this.#finishIfIdle();
    else if (transport.streaming || transport.writable) {
      this.#writeQueue();
      this.#flushed();
    }
  }

  // ---- the end ----

  /**
   * Ends the connection. Queued output is sent first, unless `discard` is true.
   * @param why an error that names the rule which the client broke, if any.
   */
  close(discard = false, why?: Error): void {
    if (this.readyState === 'closed') return;
    if (why !== undefined) pendingCloses.set(this, { reason: 'forced close', why });
    // A client that broke a rule is not waited for.
    const gone = why !== undefined && !this.transport.writable;
    // A client that has paused its polling to change the transport learns of the end on the new transport only.
    if (why === undefined && this.upgrade?.isProbed === true) {
      if (discard) this.#queue = undefined;
      this.upgrade.hurry();
    } else if (discard || gone || this.readyState === 'opening') return this.#finish(discard);
    this.readyState = 'closing';
    this.#finishIfIdle();
  }

  /** @internal Ends the connection and tells its client that the server wants it so: it does not come back by itself. */
  disconnect(): void {
    // A handshake that has opened no transport yet has no namespaces to leave.
    if (this.receiver === undefined) this.close(true);
    else this.receiver.disconnect();
  }

  /**
   * Ends the connection because the server closes, once queued output is sent. The client reconnects by itself.
   * @param why an error that names another server which closes.
   */
  shutDown(why?: Error): void {
    if (this.readyState === 'closed') return;
    pendingCloses.set(this, { reason: 'server shutting down', why });
    this.transport.goingAway = true;
    this.close();
  }

  /** Ends a connection whose client broke a rule or does not read. */
  fail(reason: CloseReason, description: unknown): void {
    if (this.readyState === 'closed') return;
    const { transport } = this;
    this.#end(reason, description);
    // A silent client will not answer a close either.
    if (reason === 'ping timeout') transport.forceClose();
  }

  /** @internal Ends at once: another connection needs its place. Its client is not waited for. */
  evict(why: Error): void {
    if (this.readyState === 'closed') return this.#giveUp();
    this.#abort('forced close', why, true);
  }

  /** @internal A client that has yet to hear of the end finds no session any more. */
  stopLingering(): void {
    if (this.readyState === 'closed') this.#forget(true);
  }

  /** @internal Work on this connection has thrown: it alone ends, at once. */
  crashed(error: unknown): void {
    if (this.readyState === 'closed') return;
    try {
      this.#abort('transport error', error, true);
    } catch {
      // Its transport throws again: the connection is forgotten all the same.
      this.#closed('transport error', error, NO_DETAILS, true);
    }
  }

  /** @internal */
  onTransportClose(transport: Transport, reason: CloseReason, description?: unknown): void {
    if (transport !== this.transport) return;
    if (this.readyState === 'closed') return this.#forget(true);
    this.#end(reason, description);
  }

  /** @internal The attempt has failed: the connection stays on its transport. */
  upgradeFailed(): void {
    this.#finishIfIdle();
  }

  #finishIfIdle(): void {
    if (this.readyState !== 'closing' || this.#queue !== undefined || this.upgrade?.isProbed === true) return;
    this.#finish();
  }

  /** Everything is out on a connection that is closing, or is not to go out. */
  #finish(discard = false): void {
    const pending = pendingCloses.get(this);
    this.#end(pending?.reason ?? 'forced close', pending?.why, discard);
  }

  /** A client that does not read must not make the server keep its messages forever. */
  #overflow(): void {
    const why = new Error(`${this.bufferedBytes} bytes wait for a client that does not read`);
    this.engine.flow.slowConsumers++;
    this.#abort('slow consumer', why, false);
  }

  #end(reason: CloseReason, description: unknown, discard = false): void {
    const details = detailsOf(this, reason, description);
    this.upgrade?.cancel();
    // Waiting output is sent with the close packet, if a poll is open.
    this.transport.close(discard ? NO_FRAMES : this.writeBuffer);
    this.#closed(reason, description, details, false);
  }

  /** Closing it in an orderly way would wait for its client to read. */
  #abort(reason: CloseReason, description: unknown, gone: boolean): void {
    const details = detailsOf(this, reason, description);
    this.#forgetOutput();
    this.upgrade?.cancel();
    this.transport.abort();
    this.#closed(reason, description, details, gone);
  }

  /** @param gone its client is not waited for. */
  #closed(reason: CloseReason, description: unknown, details: DisconnectDetails, gone: boolean): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    const isUnused = this.place !== undefined && this.receiver?.untouched !== false;
    this.engine.ended(this);
    DeadlineQueue.cancel(this);
    if (this.partial !== undefined) DeadlineQueue.cancel(this.partial);
    this.partial = undefined;
    // The client may still send packets, which are read and dropped until it closes.
    this.resumeReading();
    this.dialect.closed?.(this);
    if (!gone && this.#isAwaited(reason)) this.#linger();
    else this.#forget(false);
    this.receiver?.onConnectionClose(reason, description, details);
    if (this._events !== undefined) this.emit('close', reason, description);
    this.#forgetOutput();
    // No application has a socket that could ask for it.
    if (isUnused) this.releaseRequest(false);
  }

  /** Whether the client still has to learn of the end with its next poll, or to read what it was sent before. */
  #isAwaited(reason: CloseReason): boolean {
    const { transport } = this;
    if (!transport.lingering || reason === 'transport close') return false;
    return !UNANNOUNCED.has(reason) || transport.bufferedBytes > 0;
  }

  #linger(): void {
    this.engine.keepLingering(this);
    this.engine.linger.arm(this);
  }

  /** The client did not come in time. */
  #giveUp(): void {
    this.#forget(true);
    this.transport.forceClose();
  }

  #forget(lingered: boolean): void {
    DeadlineQueue.cancel(this);
    this.engine.forget(this, lingered);
  }
}

// On the prototype: hardly any connection needs room for it.
VirtualSocket.prototype.slowConsumers = 'disconnect';
