import type { IncomingMessage } from 'node:http';
import type { Packet } from '../codec/packet.js';
import type { AsyncScope } from '../internal/async-scope.js';
import { type Deadline, DeadlineQueue } from '../internal/deadlines.js';
import type { Flushable } from '../internal/flusher.js';
import { callListeners, contain, LazyEmitter } from '../internal/lazy-emitter.js';
import type { Exchange } from '../transport/exchange.js';
import { type CloseReason, type Frame, type Transport, type TransportOwner, WireForm } from '../transport/transport.js';
import type { Dialect, Generation, PacketReceiver, RawPacket } from './dialect.js';
import { type DisconnectDetails, detailsOf } from './disconnect-details.js';
import type { Engine } from './engine.js';
import type { SlowConsumers } from './engine-options.js';
import { HeldMessages, type Leniency } from './held-messages.js';
import type { Outgoing } from './outgoing.js';
import { PartialPacket } from './partial-packet.js';
import { factsOf, NO_FACTS, type RequestFacts } from './request-facts.js';
import type { UpgradeAttempt } from './upgrade.js';

export type ReadyState = 'opening' | 'open' | 'closing' | 'closed';

/** Frames that wait for a transport: few connections have any, at most times. */
interface Backlog {
  readonly frames: Frame[];
  bytes: number;
  compress: boolean;
}

/** How a raw message is sent. */
export interface SendOptions {
  /** @default true */
  readonly compress?: boolean;
}

export type SentCallback = (transport: Transport) => void;

interface Farewell {
  readonly reason: CloseReason;
  readonly why: Error | undefined;
}

/** Why connections are closing, while output still waits: no connection needs room for it before. */
const farewells = new WeakMap<VirtualSocket, Farewell>();

const NO_FRAMES: readonly Frame[] = Object.freeze([]);

/** The first request of a connection. */
export type Origin = Pick<Exchange, 'req' | 'context' | 'peer'>;

/**
 * One client's connection, whatever transports, requests and upgrades it is made of: what socket.io calls the engine
 * socket (`socket.conn`). Frames that no transport can take yet wait here; a dialect gives them their meaning.
 *
 * Events: `packet`, `packetCreate`, `message`, `data`, `heartbeat`, `flush`, `drain`, `upgrading`, `upgrade`, `close`.
 */
export class VirtualSocket extends LazyEmitter implements Deadline, Flushable, TransportOwner {
  /** Session id: a secret between this client and the server. */
  readonly id: string;
  /** @internal */
  readonly engine: Engine;
  /** @internal Another of the same revision may take over once the client has shown how it speaks. */
  dialect: Dialect;
  /** The context of the request that made the connection, for everything that is done in its name. */
  readonly scope: AsyncScope;
  /** IP address of the client; behind a proxy as the framework's trust in it has it. */
  readonly remoteAddress: string;
  /** TLS, as far as the framework knows: it may trust a proxy that says so. */
  readonly secure: boolean;
  /** Milliseconds after the engine began: a small number, where a date would be an object of its own. */
  readonly #opened: number;
  #request: IncomingMessage | null;
  /** Undefined where there is no framework, and its request is Node's. */
  #context: unknown;
  #facts: RequestFacts | undefined = undefined;
  /** What carries it now: `name`, `writable`, `readyState`. */
  transport: Transport;
  /** `opening`, `open`, `closing` or `closed`. */
  readyState: ReadyState = 'opening';
  /** An upgrade is being tried. */
  upgrade: UpgradeAttempt | undefined = undefined;
  /** It has changed from polling to another transport. */
  upgraded = false;
  /** A heartbeat is out and its answer is due. */
  awaitingPong = false;
  /** @internal */
  receiver: PacketReceiver | undefined = undefined;
  /** The dialect's own memory of this connection. */
  partial: PartialPacket | undefined = undefined;
  /** @internal */
  dialectState: unknown = undefined;

  /** @internal */
  due = 0;
  /** @internal */
  previousDeadline: Deadline | undefined = undefined;
  /** @internal */
  nextDeadline: Deadline | undefined = undefined;
  /** @internal */
  deadlineQueue: DeadlineQueue | undefined = undefined;

  #backlog: Backlog | undefined = undefined;
  /** Since a message that may be spared has met a transport which takes no more. */
  #held: HeldMessages | undefined = undefined;
  /**
   * What becomes of events that a client does not read in time, for this connection alone: see the server's option of the same
   * name, which it overrides.
   */
  declare slowConsumers: SlowConsumers;
  #dirty = false;
  #watched: RawPacket[] | undefined = undefined;
  #sent: ((transport: Transport) => void)[] | undefined = undefined;

  /** @param scope that of the request. */
  constructor(
    engine: Engine,
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
    this.#opened = Date.now() - engine.startedAt;
    this.#request = from?.req ?? null;
    this.#context = from?.context === this.#request ? undefined : from?.context;
    const peer = from?.peer;
    this.remoteAddress = peer?.address ?? '';
    // What comes without a request is WebTransport, which is always encrypted.
    this.secure = peer?.secure ?? true;
    this.transport = transport;
    transport.owner = this;
    const { slowConsumers } = engine.opts;
    if (slowConsumers !== 'disconnect') this.slowConsumers = slowConsumers;
  }

  /** Unlike Node's, this lets no listener that fails harm the connection, or the process. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error') return super.emit(event, ...args);
    return callListeners(this, event, args, (error) => this.engine.failed(error, 'listener', String(event)));
  }

  /** The revision of Engine.IO: 3 or 4; 0 for clients of Socket.IO 0.9. */
  get protocol(): number {
    return this.dialect.protocol;
  }

  /** Which clients speak like this one: `eio4` is Socket.IO 3 and 4, `eio3` 1 and 2, `0.9` 0.7 to 0.9. */
  get generation(): Generation {
    return this.dialect.generation;
  }

  /** When the connection was made (ms since the epoch). */
  get openedAt(): number {
    return this.engine.startedAt + this.#opened;
  }

  /** The HTTP request that made the connection. Setting it to null lets go of it, to save memory. */
  get request(): IncomingMessage | null {
    return this.#request;
  }

  set request(request: IncomingMessage | null) {
    if (request === null) this.releaseRequest(true);
    else this.#request = request;
  }

  /** The framework's own object for that request; null once it has been let go. */
  get context(): unknown {
    return this.#context ?? this.#request;
  }

  /** What the request said, also after it has been let go. */
  get requestFacts(): RequestFacts {
    return this.#facts ?? factsOf(this.#request);
  }

  /** Lets go of the request. @param keepFacts whether `requestFacts` goes on to tell what it said. */
  releaseRequest(keepFacts: boolean): void {
    if (this.#request === null) return;
    this.#facts = keepFacts ? factsOf(this.#request) : NO_FACTS;
    this.#request = null;
    this.#context = undefined;
  }

  /** An upgrade is being tried. */
  get upgrading(): boolean {
    return this.upgrade !== undefined;
  }

  /** Bytes accepted for this client and not yet handed to the system. */
  get bufferedBytes(): number {
    return this.readyState === 'closed'
      ? 0
      : this.transport.bufferedBytes + (this.#backlog?.bytes ?? 0) + (this.#held?.bytes ?? 0);
  }

  /** Milliseconds since the client has last shown that it lives, as far as heartbeats tell. */
  get lastPongAge(): number {
    const armed = this.deadlineQueue ?? this.engine.expiring;
    if (armed === undefined) return Date.now() - this.openedAt;
    const answered = this.due - armed.duration - (this.awaitingPong ? this.engine.opts.pingInterval : 0);
    return Math.max(0, Math.round(performance.now() - answered));
  }

  /** Frames that wait for a transport. */
  get writeBuffer(): readonly Frame[] {
    return this.#backlog?.frames ?? NO_FRAMES;
  }

  /** Whether a volatile message would go out now instead of waiting. */
  get writable(): boolean {
    return this.readyState === 'open' && this.transport.writable;
  }

  /** Marks the connection as established and lets the dialect greet the client. */
  open(): void {
    if (this.readyState !== 'opening') return;
    this.readyState = 'open';
    this.engine.emit('connection', this);
    this.dialect.opened(this);
  }

  // ---- outgoing ----

  /** Queues one frame; it leaves with all others of this tick. */
  sendFrame(frame: Frame, compress: boolean): void {
    if (this.readyState !== 'open' && this.readyState !== 'opening') return;
    if (this.#held !== undefined) return this.#hold(new WireForm([frame]), compress, undefined);
    if (this.transport.streaming) this.transport.send(frame, compress);
    else this.#enqueue(frame, compress);
    this.scheduleFlush();
    if (this._events !== undefined || this.engine.watchesFlush) this.#announce(frame);
  }

  /** The same for a message that goes to many connections. */
  sendOutgoing(outgoing: Outgoing, compress: boolean): void {
    if (this.readyState !== 'open') return;
    const form = outgoing.form(this.dialect);
    if (this.#held !== undefined) return this.#hold(form, compress, undefined);
    if (this.transport.streaming) this.transport.sendForm(form, compress);
    else for (const frame of form.frames) this.#enqueue(frame, compress);
    this.scheduleFlush();
    if (this._events !== undefined || this.engine.watchesFlush) for (const frame of form.frames) this.#announce(frame);
  }

  /** The same for one that may be spared a client which reads more slowly than it is sent. */
  sendLeniently(outgoing: Outgoing, compress: boolean, leniency: Leniency): void {
    if (this.#held === undefined && this.writable) return this.sendOutgoing(outgoing, compress);
    if (this.readyState === 'open') this.#hold(outgoing.form(this.dialect), compress, leniency);
  }

  /** From the first message that may be spared until all have gone, everything waits here, so that nothing is overtaken. */
  #hold(form: WireForm, compress: boolean, leniency: Leniency | undefined): void {
    if (this.#held === undefined) {
      this.#held = new HeldMessages();
      this.#awaitRelease();
    }
    const { flow, opts } = this.engine;
    if (this.#held.add(form, compress, leniency)) flow.replaced++;
    if (this.#isWithin(opts.maxBufferedBytes, opts.maxQueuedFrames)) return;
    flow.dropped += this.#held.dropOldest(() => this.#isWithin(opts.maxBufferedBytes, opts.maxQueuedFrames));
    if (!this.#isWithin(opts.maxBufferedBytes, opts.maxQueuedFrames)) this.#overflow();
  }

  #isWithin(bytes: number, messages: number): boolean {
    return this.bufferedBytes <= bytes && (this.#held?.count ?? 0) <= messages;
  }

  #awaitRelease(): void {
    if (this.transport.streaming) this.transport.written(() => this.#release());
  }

  /** The transport takes messages again. */
  #release(): void {
    const held = this.#held;
    if (held === undefined || this.readyState === 'closed') return;
    const { transport } = this;
    while (!transport.streaming || transport.writable) {
      const next = held.take();
      if (next === undefined) {
        this.#held = undefined;
        break;
      }
      if (!transport.streaming) for (const frame of next.form.frames) this.#enqueue(frame, next.compress);
      else {
        transport.sendForm(next.form, next.compress);
        transport.flush();
      }
    }
    if (this.#held !== undefined) return this.#awaitRelease();
    this.scheduleFlush();
  }

  #tellFlush(): void {
    const packets = this.#watched;
    if (packets === undefined) return;
    this.#watched = undefined;
    if (this._events !== undefined) this.emit('flush', packets);
    this.engine.emit('flush', this, packets);
  }

  #enqueue(frame: Frame, compress: boolean): void {
    this.#backlog ??= { frames: [], bytes: 0, compress: false };
    const backlog = this.#backlog;
    backlog.frames.push(frame);
    backlog.bytes += frame.length;
    if (compress) backlog.compress = true;
    const { maxQueuedFrames, maxBufferedBytes } = this.engine.opts;
    if (backlog.frames.length > maxQueuedFrames || backlog.bytes > maxBufferedBytes) this.#overflow();
  }

  /** @internal */
  scheduleFlush(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.engine.flusher.add(this);
  }

  /** A client that does not read must not make us hold its messages for ever. */
  #overflow(): void {
    const why = new Error(`${this.bufferedBytes} bytes wait for a client that does not read`);
    const details = detailsOf(this, 'slow consumer', why);
    this.#backlog = undefined;
    this.#held = undefined;
    this.engine.flow.slowConsumers++;
    this.upgrade?.cancel();
    // Closing it in an orderly way would wait for the client to read.
    this.transport.abort();
    this.#closed('slow consumer', why, details);
  }

  /**
   * Resolves when everything sent so far has been handed to the system, or the connection has ended: a way to send as fast as
   * a client reads, and no faster.
   */
  async drained(): Promise<void> {
    while (this.readyState === 'open' && this.bufferedBytes > 0)
      await new Promise<void>((resolve) => this.#whenWritten(resolve));
  }

  #whenWritten(resolve: () => void): void {
    // Whoever waits for a client that leaves is not kept waiting.
    this.once('close', resolve);
    const written = () => {
      this.off('close', resolve);
      resolve();
    };
    if (this.#backlog === undefined && (this.#held === undefined || this.transport.streaming))
      this.transport.written(written);
    else this.afterFlush(written);
  }

  /** @internal */
  flush(): void {
    this.#dirty = false;
    if (this.readyState === 'closed') return;
    if (this.transport.streaming) {
      this.#tellFlush();
      this.transport.flush();
      if (this.transport.bufferedBytes > this.engine.opts.maxBufferedBytes) return this.#overflow();
    } else {
      if (this.#backlog === undefined || !this.transport.writable) return;
      this.#drainQueue();
    }
    this.#flushed();
  }

  #drainQueue(): void {
    const backlog = this.#backlog;
    if (backlog === undefined) return;
    this.#backlog = undefined;
    this.#tellFlush();
    this.transport.sendAll(backlog.frames, backlog.compress);
  }

  #flushed(): void {
    if (this.#sent !== undefined) {
      const sent = this.#sent;
      this.#sent = undefined;
      for (const callback of sent) this.#call(callback);
    }
    if (this._events !== undefined) this.emit('drain');
    if (this.engine.watchesDrain) this.engine.emit('drain', this);
    if (this.readyState === 'closing' && this.#held === undefined) this.#endTransport();
  }

  #call(callback: SentCallback): void {
    contain(
      () => callback(this.transport),
      (error) => this.engine.failed(error, 'listener', 'sent'),
    );
  }

  /** For those who watch; what goes out in one write is told once more with `flush`. */
  #announce(frame: Frame): void {
    const packet = this.dialect.describe(frame);
    this.#watched ??= [];
    this.#watched.push(packet);
    this.emit('packetCreate', packet);
  }

  /**
   * Sends a message past all namespaces.
   * @param callback called with the transport when the message has been handed to it; never when the connection ends before.
   */
  send(data: string | Buffer, options?: SendOptions | SentCallback | null, callback?: SentCallback): this {
    const given = typeof options === 'function' ? undefined : options;
    const sent = typeof options === 'function' ? options : callback;
    this.sendFrame(this.dialect.message(data), given?.compress !== false);
    if (sent !== undefined) this.afterFlush(sent);
    return this;
  }

  /** The same as {@link send}. */
  write(data: string | Buffer, options?: SendOptions | SentCallback | null, callback?: SentCallback): this {
    return this.send(data, options, callback);
  }

  /** Calls back when everything sent so far has been handed to a transport; never when the connection closes before. */
  afterFlush(callback: (transport: Transport) => void): void {
    this.#sent ??= [];
    this.#sent.push(callback);
    this.scheduleFlush();
  }

  // ---- incoming ----

  /** @internal */
  onFrame(transport: Transport, frame: Frame): void {
    if (transport !== this.transport || this.readyState === 'closed') return;
    if (this.readyState === 'opening') this.open();
    this.dialect.receive(this, frame);
  }

  onWritable(transport: Transport): void {
    if (transport !== this.transport) return;
    if (this.readyState === 'opening') this.open();
    if (this.#held !== undefined && !transport.streaming) this.#release();
    if (this.#backlog !== undefined) this.scheduleFlush();
  }

  // ---- heartbeat ----

  /** @internal */
  armHeartbeat(queue: DeadlineQueue): void {
    if (this.readyState !== 'closed') queue.arm(this);
  }

  /** @internal */
  onDeadline(queue: DeadlineQueue): void {
    if (this.readyState === 'closed') return this.#forget(true);
    this.engine.expiring = queue;
    this.dialect.heartbeatDue(this);
    this.engine.expiring = undefined;
  }

  /** @internal A binary packet of which attachments are still to come; they have a limited time. */
  expectAttachments(packet: Packet): void {
    this.partial = new PartialPacket(this, packet);
    this.engine.attachmentTimeout.arm(this.partial);
  }

  // ---- change of transport and end ----

  /** An upgrade has succeeded: from now on `transport` carries the frames; what waits goes out on it first. */
  replaceTransport(transport: Transport): void {
    this.#adopt(transport);
    this.upgraded = true;
    if (this._events !== undefined) this.emit('upgrade', transport);
    this.#resume();
  }

  /** The same where clients change their transport without asking. */
  switchTransport(transport: Transport): void {
    this.#adopt(transport);
    this.#resume();
  }

  #adopt(transport: Transport): void {
    const previous = this.transport;
    previous.discard();
    transport.owner = this;
    this.transport = transport;
    this.dialect.transportChanged(this, previous);
  }

  #resume(): void {
    if (this.#backlog === undefined) {
      if (this.readyState === 'closing') this.#endTransport();
    } else if (this.transport.streaming || this.transport.writable) {
      this.#drainQueue();
      this.#flushed();
    }
  }

  /**
   * Ends the connection; output that waits goes out first unless `discard`.
   * @param why what the client has done to deserve it, if anything.
   */
  close(discard = false, why?: Error): void {
    if (this.readyState === 'closed') return;
    if (why !== undefined) farewells.set(this, { reason: 'forced close', why });
    // Whoever broke a rule is not waited for.
    const gone = why !== undefined && !this.transport.writable;
    if (discard || gone || this.readyState === 'opening') return this.#endTransport();
    this.readyState = 'closing';
    if (this.#backlog === undefined && this.#held === undefined) this.#endTransport();
  }

  /** Ends the connection because the server does, as soon as what waits is out: its client will come back by itself. */
  shutDown(): void {
    if (this.readyState === 'closed') return;
    farewells.set(this, { reason: 'server shutting down', why: undefined });
    this.transport.goingAway = true;
    this.close();
  }

  #endTransport(): void {
    const farewell = farewells.get(this);
    this.#end(farewell?.reason ?? 'forced close', farewell?.why);
  }

  /** Ends a connection whose client broke a rule or does not read. */
  fail(reason: CloseReason, description: unknown): void {
    if (this.readyState !== 'closed') this.#end(reason, description);
  }

  #end(reason: CloseReason, description: unknown): void {
    const details = detailsOf(this, reason, description);
    this.upgrade?.cancel();
    this.transport.close();
    this.#closed(reason, description, details);
  }

  /** @internal */
  onTransportClose(transport: Transport, reason: CloseReason, description?: unknown): void {
    if (transport !== this.transport) return;
    if (this.readyState === 'closed') return this.#forget(true);
    this.#end(reason, description);
  }

  #closed(reason: CloseReason, description: unknown, details: DisconnectDetails): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.engine.ended(this);
    DeadlineQueue.cancel(this);
    if (this.partial !== undefined) DeadlineQueue.cancel(this.partial);
    this.partial = undefined;
    this.dialect.closed?.(this);
    if (this.transport.lingering && reason !== 'transport close') this.#linger();
    else this.#forget(false);
    this.receiver?.onConnectionClose(reason, description, details);
    if (this._events !== undefined) this.emit('close', reason, description);
    this.#backlog = undefined;
    this.#held = undefined;
    this.#sent = undefined;
  }

  #linger(): void {
    this.engine.keepLingering(this);
    this.engine.linger.arm(this);
  }

  #forget(lingered: boolean): void {
    DeadlineQueue.cancel(this);
    this.engine.forget(this, lingered);
  }
}

// On the prototype: hardly any connection needs room for it.
VirtualSocket.prototype.slowConsumers = 'disconnect';
