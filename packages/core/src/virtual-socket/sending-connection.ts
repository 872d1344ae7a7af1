import type { AsyncScope } from '../internal/async-scope.js';
import type { Flushable } from '../internal/flusher.js';
import { contain } from '../internal/lazy-emitter.js';
import { type Frame, type Transport, WireForm } from '../transport/transport.js';
import type { Dialect, RawPacket } from './dialect.js';
import type { Engine } from './engine.js';
import type { SlowConsumers } from './engine-options.js';
import { HeldMessages, type Leniency } from './held-messages.js';
import { IdentifiedConnection, type Origin } from './identified-connection.js';
import type { Outgoing } from './outgoing.js';

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

const NO_FRAMES: readonly Frame[] = Object.freeze([]);

/**
 * What goes out on a connection: collected for the length of a turn of the event loop, kept while no transport takes it, and
 * given up where a client does not read.
 */
export abstract class SendingConnection extends IdentifiedConnection implements Flushable {
  /** What carries it now: `name`, `writable`, `readyState`. */
  transport: Transport;
  /** `opening`, `open`, `closing` or `closed`. */
  readyState: ReadyState = 'opening';

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

  constructor(
    engine: Engine,
    dialect: Dialect,
    id: string,
    transport: Transport,
    from: Origin | null,
    scope: AsyncScope,
  ) {
    super(engine, dialect, id, from, scope);
    this.transport = transport;
    const { slowConsumers } = engine.opts;
    if (slowConsumers !== 'disconnect') this.slowConsumers = slowConsumers;
  }

  /** More waits than one client may make us hold. */
  protected abstract overflow(): void;
  /** Everything is out on a connection that is closing. */
  protected abstract emptied(): void;

  /** Bytes accepted for this client and not yet handed to the system. */
  get bufferedBytes(): number {
    return this.readyState === 'closed'
      ? 0
      : this.transport.bufferedBytes + (this.#backlog?.bytes ?? 0) + (this.#held?.bytes ?? 0);
  }

  /** Frames that wait for a transport. */
  get writeBuffer(): readonly Frame[] {
    return this.#backlog?.frames ?? NO_FRAMES;
  }

  /** Whether a volatile message would go out now instead of waiting. */
  get writable(): boolean {
    return this.readyState === 'open' && this.transport.writable;
  }

  /** Something waits for a transport. */
  protected get hasOutput(): boolean {
    return this.#backlog !== undefined || this.#held !== undefined;
  }

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
    if (!this.#isWithin(opts.maxBufferedBytes, opts.maxQueuedFrames)) this.overflow();
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
    const bytes = backlog.bytes + this.transport.bufferedBytes;
    if (backlog.frames.length > maxQueuedFrames || bytes > maxBufferedBytes) this.overflow();
  }

  /** @internal */
  scheduleFlush(): void {
    if (this.#dirty) return;
    this.#dirty = true;
    this.engine.flusher.add(this);
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
      if (this.transport.bufferedBytes > this.engine.opts.maxBufferedBytes) return this.overflow();
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
    if (this.readyState === 'closing' && this.#held === undefined) this.emptied();
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

  /** The transport takes frames again. */
  protected transportWritable(): void {
    if (this.#held !== undefined && !this.transport.streaming) this.#release();
    if (this.#backlog !== undefined) this.scheduleFlush();
  }

  /** Another transport takes over; what waits goes out on it first. */
  protected resumeOutput(): void {
    if (this.#backlog === undefined) {
      if (this.readyState === 'closing') this.emptied();
    } else if (this.transport.streaming || this.transport.writable) {
      this.#drainQueue();
      this.#flushed();
    }
  }

  /** Nothing that waits goes out any more, and nobody is told. */
  protected forgetOutput(): void {
    this.#backlog = undefined;
    this.#held = undefined;
    this.#sent = undefined;
  }
}

// On the prototype: hardly any connection needs room for it.
SendingConnection.prototype.slowConsumers = 'disconnect';
