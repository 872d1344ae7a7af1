import type {
  ReadableStream,
  ReadableStreamDefaultReader,
  WritableStream,
  WritableStreamDefaultWriter,
} from 'node:stream/web';
import type { EncodedFrames, Frame } from '../frame.js';
import { Transport, type TransportBytes } from '../transport.js';
import { packWebTransport, WebTransportReader } from './webtransport-frame.js';

/** One stream of a session, as the WebTransport standard has it. */
export interface BidirectionalStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** A session that an HTTP/3 server has accepted: the part of the standard's `WebTransport` that is used here. */
export interface WebTransportSession {
  readonly ready: PromiseLike<unknown>;
  readonly closed: PromiseLike<unknown>;
  readonly incomingBidirectionalStreams: ReadableStream<BidirectionalStream>;
  close(info?: { closeCode?: number; reason?: string }): void;
}

/** A session that its client closes is reported like a WebSocket's close frame. */
const GOODBYE = Object.freeze({ code: 1000 });

/** One bidirectional stream of a WebTransport session; each frame has its length in front (protocol §10). */
export class WebTransportTransport extends Transport {
  readonly name = 'webtransport';
  readonly streaming = true;
  readonly #session: WebTransportSession;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #frames: WebTransportReader;
  #chunks: Buffer[] = [];
  #pendingBytes = 0;
  #sentBytes = 0;
  /** Nothing goes out or comes in any more. */
  #closed = false;
  /** The session is over as well. */
  #over = false;
  #whenOver: (() => void)[] = [];
  #received = 0;
  #sent = 0;
  /** Ends a pause; undefined while reading goes on. */
  #resume: (() => void) | undefined = undefined;
  #taken = 0;

  /** @param maxLength bytes of one frame. */
  constructor(session: WebTransportSession, stream: BidirectionalStream, maxLength: number) {
    super();
    this.#session = session;
    this.#reader = stream.readable.getReader();
    this.#writer = stream.writable.getWriter();
    this.#frames = new WebTransportReader(maxLength);
    session.closed.then(
      () => this.#end('transport close', GOODBYE),
      (error) => this.#end('transport close', error),
    );
  }

  get writable(): boolean {
    return !this.#closed && (this.#writer.desiredSize ?? 0) > 0;
  }

  get bufferedBytes(): number {
    return this.#pendingBytes + this.#sentBytes;
  }

  override get bytesReceived(): number {
    return this.#received;
  }

  override get traffic(): TransportBytes {
    return { received: this.#received, sent: this.#sent };
  }

  override get bytesTaken(): number {
    return this.#sentBytes === 0 ? -1 : this.#taken;
  }

  override get lingering(): boolean {
    return this.#closed && !this.#over && this.#sentBytes > 0;
  }

  /** Reads until the stream ends; frames go to the owner of that moment. */
  async read(): Promise<void> {
    try {
      for (let part = await this.#reader.read(); !part.done; part = await this.#reader.read()) {
        if (this.#closed) return;
        this.#received += part.value.length;
        this.#frames.push(part.value, (frame) => this.owner.onFrame(this, frame));
        if (this.readingPaused) await this.#resumed();
      }
      this.#end('transport close', undefined);
    } catch (error) {
      // A session that ends breaks its streams first, and its own end says more.
      setImmediate(() => this.#end('transport error', error));
    }
  }

  #resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  override resumeReading(): void {
    super.resumeReading();
    this.#resume?.();
    this.#resume = undefined;
  }

  sendAll(frames: readonly Frame[], compress: boolean): void {
    for (const frame of frames) this.send(frame, compress);
    this.flush();
  }

  send(frame: Frame, _compress: boolean): void {
    for (const bytes of packWebTransport(frame)) {
      this.#chunks.push(bytes);
      this.#pendingBytes += bytes.length;
    }
  }

  sendForm(form: EncodedFrames, compress: boolean): void {
    for (const frame of form.frames) this.send(frame, compress);
  }

  /** All of a tick in one write. */
  flush(): number {
    if (this.#chunks.length > 0 && !this.#closed) this.#write();
    return this.bufferedBytes;
  }

  #write(): void {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#pendingBytes = 0;
    this.#sentBytes += bytes.length;
    this.#sent += bytes.length;
    this.#writer.write(bytes).then(
      () => {
        this.#sentBytes -= bytes.length;
        this.#taken = (this.#taken + bytes.length) & 0x3fff_ffff;
      },
      (error: unknown) => this.#end('transport error', error),
    );
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    const end = () => this.forceClose();
    this.#writer.close().then(end, end);
  }

  abort(): void {
    this.#closed = true;
    this.forceClose();
  }

  /** A client that does not read would keep what waits for it, and the session, for as long as it likes. */
  override forceClose(): void {
    if (!this.#closed || this.#over) return;
    this.#endSession();
    // As with a socket, the code that ends the session is told later.
    process.nextTick(() => this.owner.onTransportClose(this, 'transport close'));
  }

  override gone(callback: () => void): void {
    if (this.#over) setImmediate(callback);
    else this.#whenOver.push(callback);
  }

  #end(reason: 'transport close' | 'transport error', description: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endSession();
    this.owner.onTransportClose(this, reason, description);
  }

  /** Its streams end with it. */
  #endSession(): void {
    this.#over = true;
    this.#sentBytes = 0;
    try {
      this.#session.close();
    } catch {
      // It has ended by itself.
    }
    for (const callback of this.#whenOver.splice(0)) setImmediate(callback);
  }
}
