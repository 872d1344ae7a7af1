import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { bytesTakenOf, onEndOf, serverBehind } from '../../internal/node-internals.js';
import { clearGenuineTimeout, genuineTimeout } from '../../internal/time/genuine.js';
import type { EncodedFrames, Frame } from '../frame.js';
import { Transport, type TransportBytes } from '../transport.js';
import type { WebSocketWire } from './accepted.js';
import { type FrameHandler, FrameReceiver, type ReceiverLimits } from './receiver.js';
import { trafficOf } from './socket-traffic.js';
import { CloseCode, type WebSocketError } from './websocket-error.js';
import { WebSocketView } from './websocket-view.js';

/** Limits of one server's WebSockets. */
export interface WebSocketLimits extends ReceiverLimits {
  /** Milliseconds in which a client answers a close frame and closes the connection. */
  readonly closeTimeout: number;
}

const kTransport = Symbol('sio.webSocket');
type OwnedSocket = Duplex & { [kTransport]: WebSocketTransport };

const OPEN = 0;
/** A close frame has been sent, or the client has ended its side: nothing more is sent. */
const CLOSING = 1;
const CLOSED = 2;

/** How a WebSocket ends. */
interface Ending {
  /** Of the client's close frame. */
  code: number;
  violation: WebSocketError | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * RFC 6455 without extensions. It reads the socket by functions that all connections share, and writes whole frames, collected over
 * one tick; the 101 goes out with the first of them.
 */
export class WebSocketTransport extends Transport implements FrameHandler {
  declare readonly streaming: true;
  readonly name: string;
  readonly #socket: Duplex;
  readonly #output: FrameBatch;
  /** @internal While it is within a message: in between connections share one. */
  receiver: FrameReceiver | undefined = undefined;
  /** @internal */
  readonly limits: WebSocketLimits;
  #state = OPEN;
  /** From the first sign of its end on. */
  #ending: Ending | undefined = undefined;
  /** @internal Pongs wait in the output. */
  pinged = false;
  /** The pong that waits until the client reads again. */
  #latePong = '';

  /** @param head the 101. */
  constructor(socket: Duplex, head: string, wire: WebSocketWire, limits: WebSocketLimits, name: string) {
    super();
    this.name = name;
    this.#socket = socket;
    this.#output = new FrameBatch(wire, head);
    this.limits = limits;
    (socket as OwnedSocket)[kTransport] = this;
    onEndOf(socket, onEnd);
    socket.on('data', onData).on('close', onClose).on('error', onError);
  }

  get writable(): boolean {
    return this.#state === OPEN && !this.#socket.writableNeedDrain;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength + this.#output.length;
  }

  /** Streams of HTTP/2 do not count. */
  override get bytesReceived(): number {
    return (this.#socket as Partial<Socket>).bytesRead ?? 0;
  }

  override get socket(): WebSocketView {
    return new WebSocketView(this, this.#socket);
  }

  override get server(): object | undefined {
    return serverBehind(this.#socket);
  }

  override get bytesTaken(): number {
    return bytesTakenOf(this.#socket);
  }

  override get traffic(): TransportBytes {
    return trafficOf(this.#socket);
  }

  // ---- going out ----

  send(frame: Frame): void {
    this.#output.add(frame, this.supportsBinary);
  }

  sendAll(frames: readonly Frame[]): void {
    for (const frame of frames) this.send(frame);
    this.flush();
  }

  sendForm(form: EncodedFrames): void {
    this.#output.addForm(form, this.supportsBinary);
  }

  flush(): number {
    // After the close frame nothing may follow (§5.5.1).
    if (this.#state === OPEN) this.#output.writeTo(this.#socket);
    else this.#output.clear();
    return this.#socket.writableLength;
  }

  override written(callback: () => void): void {
    this.flush();
    // A write that has failed fails again at once: trying as often would keep the event loop busy.
    if (this.#state !== OPEN || this.#socket.destroyed) return super.written(callback);
    this.#socket.write('', 'latin1', (error) => (error ? super.written(callback) : callback()));
  }

  // ---- coming in ----

  override pauseReading(): void {
    super.pauseReading();
    this.#socket.pause();
  }

  override resumeReading(): void {
    super.resumeReading();
    this.#socket.resume();
  }

  onMessage(message: string | Buffer): void {
    this.owner.onFrame(this, message);
  }

  /** Pongs go out behind the chunk that they came with. To a client that does not read, only the last one does (§5.5.3). */
  onPing(payload: Buffer): void {
    if (this.#state !== OPEN) return;
    const pong = pongFrame(payload);
    if (!this.#socket.writableNeedDrain) {
      this.#output.addRaw(pong);
      this.pinged = true;
      return;
    }
    if (this.#latePong === '') this.#socket.once('drain', onDrain);
    this.#latePong = pong;
  }

  /** @internal */
  drained(): void {
    const pong = this.#latePong;
    this.#latePong = '';
    if (this.#state !== OPEN) return;
    this.#output.addRaw(pong);
    this.flush();
  }

  onPong(): void {}

  onCloseFrame(code: number, reason: Buffer): void {
    this.#endingNow().code = code;
    this.#endSocket(closeFrame(code === CloseCode.NO_STATUS ? undefined : code, reason));
  }

  onViolation(error: WebSocketError): void {
    this.#endingNow().violation = error;
    this.#endSocket(closeFrame(error.closeCode));
  }

  // ---- the end ----

  #endingNow(): Ending {
    this.#ending ??= { code: CloseCode.ABNORMAL, violation: undefined, timer: undefined };
    return this.#ending;
  }

  /** Frames that wait go out first. */
  close(): void {
    if (this.#state !== OPEN) return;
    this.#sendClose(closeFrame(this.goingAway ? CloseCode.GOING_AWAY : undefined));
  }

  #sendClose(frame: string): void {
    this.#output.addRaw(frame);
    this.flush();
    this.#closing();
  }

  /** Both sides have said goodbye: the server closes the connection (§7.1.1). */
  #endSocket(frame: string): void {
    if (this.#state === OPEN) this.#sendClose(frame);
    this.#socket.end();
    // Bytes that still come are read and dropped, so that the system does not reset the connection.
    this.#socket.resume();
  }

  #closing(): void {
    this.#state = CLOSING;
    this.#endingNow().timer = genuineTimeout(destroySocket, this.limits.closeTimeout, this.#socket).unref();
  }

  abort(): void {
    this.#stopReading();
    this.#output.clear();
    if (this.#state === OPEN) this.#state = CLOSING;
    this.#socket.destroy();
  }

  override forceClose(): void {
    const socket = this.#socket as Duplex & { destroySoon?: () => void };
    socket.destroySoon?.();
  }

  override gone(callback: () => void): void {
    if (this.#socket.closed) setImmediate(callback);
    else this.#socket.once('close', callback);
  }

  #stopReading(): void {
    this.receiver ??= ENDED;
    this.receiver.end();
  }

  /** @internal The client has ended its side. */
  ended(): void {
    this.#stopReading();
    if (this.#state === OPEN) this.#closing();
    this.#socket.end();
  }

  /** @internal The socket has failed. */
  failed(): void {
    if (this.#state === OPEN) this.#state = CLOSING;
    this.#socket.destroy();
  }

  /** @internal The socket is gone. */
  closed(): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    // It would keep the socket in memory until then.
    const { code, violation, timer } = this.#endingNow();
    clearGenuineTimeout(timer);
    this.#stopReading();
    if (violation !== undefined) this.owner.onTransportClose(this, 'transport error', violation);
    else this.owner.onTransportClose(this, 'transport close', { code });
  }
}

(WebSocketTransport.prototype as { streaming: boolean }).streaming = true;

function destroySocket(socket: Duplex): void {
  socket.destroy();
}

/** Between messages a receiver has nothing to remember. */
let spare: FrameReceiver | undefined;

/** Holds no connection in memory. */
const NO_CONNECTION: FrameHandler = { onMessage() {}, onPing() {}, onPong() {}, onCloseFrame() {}, onViolation() {} };

/** Reads nothing. */
const ENDED = new FrameReceiver({ maxLength: 0, maxFragments: 0, maxControlFrames: 0 }, NO_CONNECTION);
ENDED.end();

// All in one function: it runs for every message.
function onData(this: Duplex, chunk: Buffer): void {
  const transport = (this as OwnedSocket)[kTransport];
  let { receiver } = transport;
  if (receiver === undefined) {
    receiver = spare ?? new FrameReceiver(transport.limits, transport);
    // A handler may bring another connection to read.
    spare = undefined;
    receiver.limits = transport.limits;
    receiver.handler = transport;
    transport.receiver = receiver;
  }
  if (receiver.push(chunk)) {
    transport.receiver = undefined;
    receiver.handler = NO_CONNECTION;
    spare = receiver;
  }
  if (!transport.pinged) return;
  transport.pinged = false;
  transport.flush();
}

function onDrain(this: Duplex): void {
  (this as OwnedSocket)[kTransport].drained();
}

function onEnd(this: Duplex): void {
  (this as OwnedSocket)[kTransport].ended();
}

function onClose(this: Duplex): void {
  (this as OwnedSocket)[kTransport].closed();
}

function onError(this: Duplex): void {
  (this as OwnedSocket)[kTransport].failed();
}

// ---- frames that go out ----

/** RFC 6455 §5.2: server frames, unmasked, never fragmented. */
const TEXT = 0x81;
const BINARY = 0x82;
const TEXT_BYTE = '\x81';
const BINARY_BYTE = '\x82';
const CLOSE_BYTE = '\x88';
const PONG_BYTE = '\x8a';

/** Headers of short frames, ready made: most messages are short. */
const SHORT_HEADERS: readonly string[] = Array.from(
  { length: 126 },
  (_, length) => TEXT_BYTE + String.fromCharCode(length),
);

/** Of shorter texts (characters) each is looked at: a call into C++ costs more. */
const SHORT_TEXT = 32;

/** Up to this size (bytes) text beyond ASCII is turned into one character per byte as well. */
const SCRATCH_SIZE = 4096;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_SIZE);

/**
 * Longer texts (characters) are not joined with their header: V8 copies a joined string before it is written, and one of this
 * size to memory that it has to ask the system for.
 */
const JOIN_LIMIT = 131_072;

/**
 * A whole text frame. For ASCII up to the limit, and short texts, it is a string with one character per byte, to be written as
 * `latin1`: V8 joins and Node writes those without a copy of our own. Otherwise a buffer.
 */
function textFrame(text: string): string | Buffer {
  const { length } = text;
  let bytes = length;
  if (length >= SHORT_TEXT) bytes = Buffer.byteLength(text);
  else {
    for (let i = 0; i < length && bytes === length; i++) if (text.charCodeAt(i) > 0x7f) bytes = Buffer.byteLength(text);
  }
  if (bytes === length && length <= JOIN_LIMIT) return (SHORT_HEADERS[length] ?? frameHeader(TEXT_BYTE, length)) + text;
  if (bytes <= SCRATCH_SIZE) {
    scratch.write(text, 0, 'utf8');
    return frameHeader(TEXT_BYTE, bytes) + scratch.toString('latin1', 0, bytes);
  }
  const header = headerSize(bytes);
  const frame = Buffer.allocUnsafe(header + bytes);
  writeHeader(frame, TEXT, bytes);
  frame.write(text, header, 'utf8');
  return frame;
}

/**
 * The header of a binary frame of `length` bytes, one character per byte, with the leading type byte that some versions
 * want (-1: none).
 */
function binaryHeader(length: number, prefix: number): string {
  if (prefix < 0) return frameHeader(BINARY_BYTE, length);
  return frameHeader(BINARY_BYTE, length + 1) + String.fromCharCode(prefix);
}

/** A whole binary frame in one buffer; copies `data`. */
function binaryFrame(data: Uint8Array, prefix: number): Buffer {
  const payload = prefix < 0 ? data.length : data.length + 1;
  const start = headerSize(payload) + payload - data.length;
  const frame = Buffer.allocUnsafe(start + data.length);
  writeHeader(frame, BINARY, payload);
  if (prefix >= 0) frame[start - 1] = prefix;
  frame.set(data, start);
  return frame;
}

/** A whole pong, one character per byte. @param payload at most 125 bytes. */
function pongFrame(payload: Buffer): string {
  return PONG_BYTE + String.fromCharCode(payload.length) + payload.toString('latin1');
}

/** A whole close frame, one character per byte. @param reason at most 123 bytes. */
function closeFrame(code?: number, reason?: Buffer): string {
  if (code === undefined) return `${CLOSE_BYTE}\0`;
  const text = reason?.toString('latin1') ?? '';
  return CLOSE_BYTE + String.fromCharCode(2 + text.length, code >> 8, code & 0xff) + text;
}

function frameHeader(first: string, length: number): string {
  if (length < 126) return first + String.fromCharCode(length);
  if (length < 0x10000) return `${first}\x7e${String.fromCharCode(length >> 8, length & 0xff)}`;
  const header = Buffer.allocUnsafe(10);
  writeHeader(header, first.charCodeAt(0), length);
  return header.toString('latin1');
}

function headerSize(payload: number): number {
  if (payload < 126) return 2;
  return payload < 0x10000 ? 4 : 10;
}

function writeHeader(target: Buffer, first: number, payload: number): void {
  target[0] = first;
  if (payload < 126) {
    target[1] = payload;
  } else if (payload < 0x10000) {
    target[1] = 126;
    target.writeUInt16BE(payload, 2);
  } else {
    target[1] = 127;
    target.writeUInt32BE(Math.floor(payload / 0x1_0000_0000), 2);
    target.writeUInt32BE(payload % 0x1_0000_0000, 6);
  }
}

/**
 * Up to this size (bytes) binary payloads join the text of the tick: Node writes such strings from the stack, in one call,
 * where a string and a buffer together would cost it an allocation and a slower call. Larger ones are not copied at all.
 */
const COPY_LIMIT = 12_288;

/** Frames for one socket, collected over a tick and written together. */
export class FrameBatch {
  readonly #wire: WebSocketWire;
  /** One character per byte. */
  #text: string;
  /** The part of this tick before `#text`, from the first piece on that is not to be copied. */
  #chunks: (string | Buffer)[] | undefined = undefined;

  /** @param head goes out in front of the first frame: a 101. */
  constructor(wire: WebSocketWire, head = '') {
    this.#wire = wire;
    this.#text = head;
  }

  /** Bytes. */
  get length(): number {
    let length = this.#text.length;
    if (this.#chunks !== undefined) for (const chunk of this.#chunks) length += chunk.length;
    return length;
  }

  /** @param binary whether the client takes bytes; otherwise they go as text. */
  add(frame: Frame, binary: boolean): void {
    if (typeof frame === 'string') {
      const bytes = frame.length <= JOIN_LIMIT ? textFrame(frame) : undefined;
      if (typeof bytes === 'string') this.#text += bytes;
      else if (bytes === undefined) this.#addLongText(frame);
      else this.#addApart(bytes);
    } else if (binary) this.#addBinary(frame);
    else this.add(this.#wire.base64(frame), false);
  }

  /** Adds a message whose frames are shared with other connections. */
  addForm(form: EncodedFrames, binary: boolean): void {
    if (!binary) {
      for (const frame of form.frames) this.add(frame, false);
      return;
    }
    // As whole frames of the wire, once for all.
    if (form.framed === undefined) {
      const { binaryPrefix } = this.#wire;
      const framed: (string | Buffer)[] = [];
      for (const frame of form.frames) {
        if (typeof frame === 'string') framed.push(textFrame(frame));
        else if (frame.length > COPY_LIMIT) framed.push(binaryFrame(frame, binaryPrefix));
        else framed.push(binaryHeader(frame.length, binaryPrefix) + frame.toString('latin1'));
      }
      form.framed = framed;
    }
    for (const bytes of form.framed) {
      if (typeof bytes === 'string') this.#text += bytes;
      else this.#addApart(bytes);
    }
  }

  /** Adds bytes, one character each, that are a frame already. */
  addRaw(bytes: string): void {
    this.#text += bytes;
  }

  #addLongText(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.#text += frameHeader(TEXT_BYTE, bytes);
    this.#addApart(bytes === text.length ? text : Buffer.from(text));
  }

  #addBinary(data: Buffer): void {
    this.#text += binaryHeader(data.length, this.#wire.binaryPrefix);
    if (data.length <= COPY_LIMIT) this.#text += data.toString('latin1');
    else this.#addApart(data);
  }

  #addApart(bytes: string | Buffer): void {
    this.#chunks ??= [];
    if (this.#text !== '') {
      this.#chunks.push(this.#text);
      this.#text = '';
    }
    this.#chunks.push(bytes);
  }

  clear(): void {
    this.#text = '';
    this.#chunks = undefined;
  }

  /** Writes what there is, and is empty then. */
  writeTo(socket: Duplex): void {
    const chunks = this.#chunks;
    const text = this.#text;
    this.#text = '';
    if (chunks === undefined) {
      if (text !== '') socket.write(text, 'latin1');
      return;
    }
    this.#chunks = undefined;
    socket.cork();
    for (const chunk of chunks) socket.write(chunk, 'latin1');
    if (text !== '') socket.write(text, 'latin1');
    socket.uncork();
  }
}
