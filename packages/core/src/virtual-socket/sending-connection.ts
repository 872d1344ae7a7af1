import { rawMessage } from '../codec/bytes.js';
import { EncodedFrames, type Frame } from '../transport/transport.js';
import { BackpressureQueue, type DropPolicy } from './backpressure-queue.js';
import { FlushingConnection, type SentCallback } from './flushing-connection.js';
import type { OutboundPacket } from './outbound-packet.js';

/** A message past all namespaces. */
export type RawMessage = string | ArrayBufferView | ArrayBufferLike;

/** How a raw message is sent. */
export interface SendOptions {
  /** @default true */
  readonly compress?: boolean;
}

/** What is said to a client, and what becomes of it where a client does not read. */
export abstract class SendingConnection extends FlushingConnection {
  /** Since a message that may be spared has met a transport which takes no more. */
  #held: BackpressureQueue | undefined = undefined;

  override get bufferedBytes(): number {
    const held = this.#held;
    return held === undefined || this.readyState === 'closed' ? super.bufferedBytes : super.bufferedBytes + held.bytes;
  }

  protected override get hasOutput(): boolean {
    return this.#held !== undefined || super.hasOutput;
  }

  /** Queues one frame; it leaves with all others of this tick. */
  sendFrame(frame: Frame, compress: boolean): void {
    if (this.readyState !== 'open' && this.readyState !== 'opening') return;
    if (this.#held !== undefined) return this.#hold(new EncodedFrames([frame]), compress, undefined);
    if (!this.transport.streaming) this.enqueue(frame, compress);
    else if (!this.#write(frame, undefined, compress)) return;
    this.scheduleFlush();
    if (this._events !== undefined || this.engine.watchesFlush) this.announce(frame);
  }

  /** The same for a message that goes to many connections. */
  sendPacket(outgoing: OutboundPacket, compress: boolean): void {
    if (this.readyState !== 'open') return;
    const form = outgoing.form(this.dialect);
    if (this.#held !== undefined) return this.#hold(form, compress, undefined);
    if (!this.transport.streaming) for (const frame of form.frames) this.enqueue(frame, compress);
    else if (!this.#write('', form, compress)) return;
    this.scheduleFlush();
    if (this._events !== undefined || this.engine.watchesFlush) for (const frame of form.frames) this.announce(frame);
  }

  /** The same for one that may be spared a client which reads more slowly than it is sent. */
  sendWithPolicy(outgoing: OutboundPacket, compress: boolean, dropPolicy: DropPolicy): void {
    if (this.#held === undefined && this.writable) return this.sendPacket(outgoing, compress);
    if (this.readyState === 'open') this.#hold(outgoing.form(this.dialect), compress, dropPolicy);
  }

  /** A transport that throws costs its own connection: others may get the same message in the same go. @returns false then. */
  #write(frame: Frame, form: EncodedFrames | undefined, compress: boolean): boolean {
    try {
      if (form === undefined) this.transport.send(frame, compress);
      else this.transport.sendForm(form, compress);
      return true;
    } catch (error) {
      this.engine.itemFailed(error, this);
      return false;
    }
  }

  /** From the first message that may be spared until all have gone, everything waits here, so that nothing is overtaken. */
  #hold(form: EncodedFrames, compress: boolean, dropPolicy: DropPolicy | undefined): void {
    if (this.#held === undefined) {
      this.#held = new BackpressureQueue();
      this.#awaitRelease();
    }
    const { flow, opts } = this.engine;
    if (this.#held.add(form, compress, dropPolicy)) flow.replaced++;
    if (this.#isWithin(opts.maxBufferedBytes, opts.maxQueuedFrames)) return;
    while (this.#held.dropOldest()) {
      flow.dropped++;
      if (this.#isWithin(opts.maxBufferedBytes, opts.maxQueuedFrames)) return;
    }
    this.overflow();
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
      if (!transport.streaming) for (const frame of next.form.frames) this.enqueue(frame, next.compress);
      else {
        transport.sendForm(next.form, next.compress);
        transport.flush();
      }
    }
    if (this.#held !== undefined) return this.#awaitRelease();
    this.scheduleFlush();
  }

  /**
   * Sends a message past all namespaces: text, or bytes as a Buffer, typed array, DataView or ArrayBuffer.
   * @throws TypeError for other objects, which have no form on the wire.
   * @param callback called with the transport when the message has been handed to it; never when the connection ends before.
   */
  send(data: RawMessage, options?: SendOptions | SentCallback | null, callback?: SentCallback): this {
    const given = typeof options === 'function' ? undefined : options;
    const sent = typeof options === 'function' ? options : callback;
    this.sendFrame(this.dialect.message(rawMessage(data)), given?.compress !== false);
    if (sent !== undefined) this.afterFlush(sent);
    return this;
  }

  /** The same as {@link send}. */
  write(data: RawMessage, options?: SendOptions | SentCallback | null, callback?: SentCallback): this {
    return this.send(data, options, callback);
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
    if (this.writeBuffer.length === 0 && (this.#held === undefined || this.transport.streaming))
      this.transport.written(written);
    else this.afterFlush(written);
  }

  protected override transportWritable(): void {
    if (this.#held !== undefined && !this.transport.streaming) this.#release();
    super.transportWritable();
  }

  protected override forgetOutput(): void {
    this.#held = undefined;
    super.forgetOutput();
  }
}
