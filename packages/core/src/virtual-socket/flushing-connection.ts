import type { AsyncScope } from '../internal/async-scope.js';
import type { Flushable } from '../internal/flusher.js';
import { contain } from '../internal/lazy-emitter.js';
import type { CloseReason, Frame, Transport, TransportOwner } from '../transport/transport.js';
import type { Dialect, RawPacket } from './dialect.js';
import type { Engine } from './engine.js';
import type { SlowConsumers } from './engine-options.js';
import { IdentifiedConnection, type Origin } from './identified-connection.js';

export type ReadyState = 'opening' | 'open' | 'closing' | 'closed';

/** Frames that wait for a transport: few connections have any, at most times. */
interface Backlog {
  readonly frames: Frame[];
  bytes: number;
  compress: boolean;
}

export type SentCallback = (transport: Transport) => void;

const NO_FRAMES: readonly Frame[] = Object.freeze([]);

/** A connection's transport, and the frames for it: collected for the length of a turn of the event loop, kept while it takes none. */
export abstract class FlushingConnection extends IdentifiedConnection implements Flushable, TransportOwner {
  /** What carries it now: `name`, `writable`, `discarded`, `supportsBinary`. */
  transport: Transport;
  /** `opening`, `open`, `closing` or `closed`. */
  readyState: ReadyState = 'opening';

  /**
   * What becomes of events that a client does not read in time, for this connection alone: see the server's option of the same
   * name, which it overrides.
   */
  declare slowConsumers: SlowConsumers;
  #backlog: Backlog | undefined = undefined;
  #dirty = false;
  #watched: RawPacket[] | undefined = undefined;
  #sent: SentCallback[] | undefined = undefined;

  /** @param scope that of the request. */
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
    transport.owner = this;
    const { slowConsumers } = engine.opts;
    if (slowConsumers !== 'disconnect') this.slowConsumers = slowConsumers;
  }

  abstract onFrame(transport: Transport, frame: Frame): void;
  abstract onWritable(transport: Transport): void;
  abstract onTransportClose(transport: Transport, reason: CloseReason, description?: unknown): void;

  /** More waits than one client may make us hold. */
  protected abstract overflow(): void;
  /** Everything is out on a connection that is closing. */
  protected abstract emptied(): void;

  /** Bytes accepted for this client and not yet handed to the system. */
  get bufferedBytes(): number {
    return this.readyState === 'closed' ? 0 : this.transport.bufferedBytes + (this.#backlog?.bytes ?? 0);
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
    return this.#backlog !== undefined;
  }

  /** @internal */
  protected enqueue(frame: Frame, compress: boolean): void {
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

  /** @internal */
  flush(): void {
    this.#dirty = false;
    if (this.readyState === 'closed') return;
    if (this.transport.streaming) {
      this.#publishFlush();
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
    this.#publishFlush();
    this.transport.sendAll(backlog.frames, backlog.compress);
  }

  #publishFlush(): void {
    const packets = this.#watched;
    if (packets === undefined) return;
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
    if (this.readyState === 'closing' && !this.hasOutput) this.emptied();
  }

  #call(callback: SentCallback): void {
    contain(
      () => callback(this.transport),
      (error) => this.engine.failed(error, 'listener', 'sent'),
    );
  }

  /** @internal For those who watch; what goes out in one write is told once more with `flush`. */
  protected announce(frame: Frame): void {
    const packet = this.dialect.describe(frame);
    this.#watched ??= [];
    this.#watched.push(packet);
    this.emit('packetCreate', packet);
  }

  /** Calls back when everything sent so far has been handed to a transport; never when the connection closes before. */
  afterFlush(callback: (transport: Transport) => void): void {
    this.#sent ??= [];
    this.#sent.push(callback);
    this.scheduleFlush();
  }

  /** The transport takes frames again. */
  protected transportWritable(): void {
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
    this.#sent = undefined;
  }
}

// On the prototype: hardly any connection needs room for it.
FlushingConnection.prototype.slowConsumers = 'disconnect';
