import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { bytesTakenOf } from '../bytes-taken.js';
import { type EncodedFrames, type Frame, Transport } from '../transport.js';
import { binaryFrame, binaryHeader, JOIN_LIMIT, textFrame, textHeader } from './frames.js';
import { copyFragments } from './ws-receiver.js';

/**
 * Up to this size (bytes) binary payloads join the text of the tick: Node writes such strings from the stack, in one call,
 * where a string and a buffer together would cost it an allocation and a slower call. Larger ones are not copied at all.
 */
const COPY_LIMIT = 12_288;

/** RFC 6455, section 7.4.1: a server that goes down. */
const GOING_AWAY = 1001;

const kTransport = Symbol('sio.transport');
type OwnedWebSocket = WebSocket & { [kTransport]: WebSocketTransport };

/**
 * The WebSocket that `ws` makes for each connection. Its events go straight to the transport: no listeners, which would be three
 * on each connection, and no dispatch by name for each message.
 */
export class ServedWebSocket extends WebSocket {
  /** Undefined until the connection is let in. */
  transport: WebSocketTransport | undefined;

  /** As `ws` calls it: without an address. */
  constructor(...parameters: unknown[]) {
    super(...(parameters as [string]));
    this.transport = undefined;
    // Node makes the table again for the first listener, and none will come: 184 bytes.
    (this as { _events?: unknown })._events = undefined;
  }

  /** @internal As `ws` calls it when the 101 is written. */
  setSocket(...parameters: unknown[]): unknown {
    // `ws` has this method and this field, but does not declare them.
    const undeclared = WebSocket.prototype as unknown as { setSocket(...parameters: unknown[]): unknown };
    // Bun has a `ws` of its own, which says by the result whether the upgrade succeeded.
    const result = undeclared.setSocket.apply(this, parameters);
    copyFragments((this as unknown as { readonly _receiver: object | null })._receiver);
    return result;
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { transport } = this;
    if (transport === undefined) return this.#unowned(event, first, second);
    if (event === 'message') transport.received(first as Buffer, second as boolean);
    else if (event === 'error') transport.failed(first as Error);
    else {
      if (event === 'close') transport.closed(first as number);
      // Code that ends the connection may wait for this.
      return super.emit(event as 'open', first as never, second as never);
    }
    return true;
  }

  /** One that is turned away at once: faults of its client until it is gone are ignored. */
  #unowned(event: string | symbol, first: unknown, second: unknown): boolean {
    if (event === 'error' && this.listenerCount('error') === 0) return false;
    return super.emit(event as 'open', first as never, second as never);
  }
}

export interface WebSocketWire {
  /** Byte in front of every binary message, or -1. */
  readonly binaryPrefix: number;
  /** Messages of fewer bytes are not compressed. */
  readonly compressFrom: number;
  /** A binary message as text, for clients that cannot take binary. */
  base64(data: Buffer): string;
}

/**
 * RFC 6455. `ws` does the handshake and receives; whole frames are written straight to the socket, collected over one tick.
 * With permessage-deflate, or a socket that is not ours to write to, everything goes through `ws`, whose frames our own
 * would overtake.
 */
export class WebSocketTransport extends Transport {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #wire: WebSocketWire;
  readonly #direct: boolean;
  /** Frames of this tick, one character per byte. */
  #text = '';
  /** The part of this tick before `#text`, from the first piece on that is not to be copied. */
  #chunks: (string | Buffer)[] | undefined = undefined;
  #closeDescription: unknown = undefined;

  constructor(ws: WebSocket, socket: Duplex, wire: WebSocketWire) {
    super();
    this.#ws = ws;
    this.#socket = socket;
    this.#wire = wire;
    this.#direct = ws.extensions === '' && writesFrames(ws);
    if (ws instanceof ServedWebSocket) ws.transport = this;
    else listenTo(ws, this);
  }

  get streaming(): boolean {
    return true;
  }

  get name(): string {
    return 'websocket';
  }

  get writable(): boolean {
    return this.#ws.readyState === this.#ws.OPEN && !this.#socket.writableNeedDrain && (this.#direct || !this.#isBusy);
  }

  /** More waits to be compressed than the socket would take at once. */
  get #isBusy(): boolean {
    return this.#ws.bufferedAmount > this.#socket.writableHighWaterMark;
  }

  get bufferedBytes(): number {
    return this.#direct ? this.#socket.writableLength + this.#pendingLength() : this.#ws.bufferedAmount;
  }

  /** Streams of HTTP/2 do not count. */
  override get bytesReceived(): number {
    return (this.#socket as Partial<Socket>).bytesRead ?? 0;
  }

  override get bytesTaken(): number {
    return bytesTakenOf(this.#socket);
  }

  #pendingLength(): number {
    let length = this.#text.length;
    if (this.#chunks !== undefined) for (const chunk of this.#chunks) length += chunk.length;
    return length;
  }

  send(frame: Frame, compress: boolean): void {
    if (typeof frame !== 'string' && !this.supportsBinary) return this.send(this.#wire.base64(frame), compress);
    if (!this.#direct) this.#sendThroughWs(frame, compress);
    else if (typeof frame === 'string') this.#appendText(frame);
    else this.#appendBinary(frame);
  }

  sendAll(frames: readonly Frame[], compress: boolean): void {
    for (const frame of frames) this.send(frame, compress);
    this.flush();
  }

  sendForm(form: EncodedFrames, compress: boolean): void {
    if (!this.#direct || !this.supportsBinary) {
      for (const frame of form.frames) this.send(frame, compress);
      return;
    }
    form.framed ??= form.frames.map((frame) => this.#frame(frame));
    for (const bytes of form.framed) this.#append(bytes);
  }

  #frame(frame: Frame): string | Buffer {
    if (typeof frame === 'string') return textFrame(frame);
    if (frame.length > COPY_LIMIT) return binaryFrame(frame, this.#wire.binaryPrefix);
    return binaryHeader(frame.length, this.#wire.binaryPrefix) + frame.toString('latin1');
  }

  #append(bytes: string | Buffer): void {
    if (typeof bytes === 'string') this.#text += bytes;
    else this.#appendApart(bytes);
  }

  #appendText(text: string): void {
    if (text.length <= JOIN_LIMIT) return this.#append(textFrame(text));
    const bytes = Buffer.byteLength(text);
    this.#text += textHeader(bytes);
    this.#appendApart(bytes === text.length ? text : Buffer.from(text));
  }

  #appendApart(bytes: string | Buffer): void {
    this.#chunks ??= [];
    if (this.#text !== '') {
      this.#chunks.push(this.#text);
      this.#text = '';
    }
    this.#chunks.push(bytes);
  }

  #appendBinary(data: Buffer): void {
    this.#text += binaryHeader(data.length, this.#wire.binaryPrefix);
    if (data.length <= COPY_LIMIT) this.#text += data.toString('latin1');
    else this.#appendApart(data);
  }

  #sendThroughWs(frame: Frame, compress: boolean): void {
    const prefix = this.#wire.binaryPrefix;
    const data = typeof frame === 'string' || prefix < 0 ? frame : Buffer.concat([Buffer.of(prefix), frame]);
    const worthIt = compress && Buffer.byteLength(data) >= this.#wire.compressFrom;
    // A failure surfaces as 'error' or 'close' of the socket; without a callback ws would throw it.
    this.#ws.send(data, { compress: worthIt, binary: typeof frame !== 'string' }, ignore);
  }

  flush(): void {
    const chunks = this.#chunks;
    const text = this.#text;
    if (text === '' && chunks === undefined) return;
    this.#text = '';
    this.#chunks = undefined;
    // A write after ws has ended the socket would surface as an error of the connection.
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (chunks === undefined) {
      this.#socket.write(text, 'latin1');
      return;
    }
    this.#socket.cork();
    for (const chunk of chunks) this.#socket.write(chunk, 'latin1');
    if (text !== '') this.#socket.write(text, 'latin1');
    this.#socket.uncork();
  }

  /** The close frame would overtake what still waits here, hence the flush. */
  close(): void {
    this.flush();
    if (this.goingAway) this.#ws.close(GOING_AWAY);
    else this.#ws.close();
  }

  abort(): void {
    this.#ws.terminate();
  }

  override pauseReading(): void {
    super.pauseReading();
    // Other engines may make WebSockets that cannot pause.
    if (typeof this.#ws.pause === 'function') this.#ws.pause();
  }

  override resumeReading(): void {
    super.resumeReading();
    if (typeof this.#ws.resume === 'function') this.#ws.resume();
  }

  /** `ws` would wait half a minute for the other side's close frame. */
  override forceClose(): void {
    const socket = this.#socket as Duplex & { destroySoon?: () => void };
    socket.destroySoon?.();
  }

  override gone(callback: () => void): void {
    if (this.#socket.closed) setImmediate(callback);
    else this.#socket.once('close', callback);
  }

  override written(callback: () => void): void {
    this.flush();
    // A write that has failed fails again at once: trying as often would keep the event loop busy.
    if (this.#ws.readyState !== this.#ws.OPEN || this.#socket.destroyed) return super.written(callback);
    const done = (error?: Error | null) => (error ? super.written(callback) : callback());
    // Both stand in line behind what was sent before, compressed or not.
    if (this.#direct) this.#socket.write('', 'latin1', done);
    else this.#ws.ping('', false, done);
  }

  /** @internal */
  received(data: Buffer, isBinary: boolean): void {
    this.owner.onFrame(this, isBinary ? data : data.toString('utf8'));
  }

  /** @internal */
  closed(code: number): void {
    if (this.#closeDescription !== undefined)
      this.owner.onTransportClose(this, 'transport error', this.#closeDescription);
    else this.owner.onTransportClose(this, 'transport close', { code });
  }

  /** @internal 'close' follows, always. */
  failed(error: Error): void {
    this.#closeDescription = error;
  }
}

/** A WebSocket that a browser without them speaks through Flash. */
export class FlashSocketTransport extends WebSocketTransport {
  override get name(): string {
    return 'flashsocket';
  }
}

function ignore(): void {}

/** Other engines make WebSockets of their own. One function for all connections instead of three closures for each. */
function listenTo(ws: WebSocket, transport: WebSocketTransport): void {
  (ws as OwnedWebSocket)[kTransport] = transport;
  ws.on('message', onMessage);
  ws.on('close', onClose);
  ws.on('error', onError);
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  (this as OwnedWebSocket)[kTransport].received(data as Buffer, isBinary);
}

function onClose(this: WebSocket, code: number): void {
  (this as OwnedWebSocket)[kTransport].closed(code);
}

function onError(this: WebSocket, error: Error): void {
  (this as OwnedWebSocket)[kTransport].failed(error);
}

/** Whether `ws` itself writes to the socket. Bun's `ws` has no sender: there the runtime writes, and frames of ours get lost. */
function writesFrames(ws: WebSocket): boolean {
  return (ws as unknown as { readonly _sender?: object })._sender !== undefined;
}
