import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Flushable } from '../../internal/flusher.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { bytesTakenOf, serverBehind } from '../../internal/node-internals.js';
import { type EncodedFrames, type Frame, Transport, type TransportOwner } from '../transport.js';
import type { AcceptedWebSocket } from './accepted.js';
import { FrameBatch, type WebSocketWire } from './frame-batch.js';
import { closeFrame, pongFrame } from './frames.js';
import { type FrameHandler, FrameReceiver, type ReceiverLimits } from './receiver.js';
import { CloseCode, type WebSocketError } from './websocket-error.js';

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

/**
 * RFC 6455 without extensions. It reads the socket by functions that all connections share, and writes whole frames, collected over
 * one tick; the 101 goes out with the first of them.
 */
export class WebSocketTransport extends Transport implements FrameHandler, Flushable {
  readonly streaming = true;
  readonly name: string;
  readonly #socket: Duplex;
  readonly #output: FrameBatch;
  /** @internal */
  readonly receiver: FrameReceiver;
  readonly #limits: WebSocketLimits;
  #state = OPEN;
  /** Code of the client's close frame. */
  #code: number = CloseCode.ABNORMAL;
  #violation: WebSocketError | undefined = undefined;
  #closeTimer: NodeJS.Timeout | undefined = undefined;
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
    this.#limits = limits;
    this.receiver = new FrameReceiver(limits, this);
    (socket as OwnedSocket)[kTransport] = this;
    socket.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onError);
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

  override get server(): object | undefined {
    return serverBehind(this.#socket);
  }

  override get bytesTaken(): number {
    return bytesTakenOf(this.#socket);
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

  flush(): void {
    if (this.#output.isEmpty) return;
    // After the close frame nothing may follow (§5.5.1).
    if (this.#state === OPEN) this.#output.writeTo(this.#socket);
    else this.#output.clear();
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
    this.#code = code;
    this.#endSocket(closeFrame(code === CloseCode.NO_STATUS ? undefined : code, reason));
  }

  onViolation(error: WebSocketError): void {
    this.#violation = error;
    this.#endSocket(closeFrame(error.closeCode));
  }

  // ---- the end ----

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
    this.#closeTimer = setTimeout(destroySocket, this.#limits.closeTimeout, this.#socket).unref();
  }

  abort(): void {
    this.receiver.end();
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

  /** @internal The client has ended its side. */
  ended(): void {
    this.receiver.end();
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
    clearTimeout(this.#closeTimer);
    this.receiver.end();
    if (this.#violation !== undefined) this.owner.onTransportClose(this, 'transport error', this.#violation);
    else this.owner.onTransportClose(this, 'transport close', { code: this.#code });
  }
}

function destroySocket(socket: Duplex): void {
  socket.destroy();
}

function onData(this: Duplex, chunk: Buffer): void {
  const transport = (this as OwnedSocket)[kTransport];
  transport.receiver.push(chunk);
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

/** Owns transports of clients that are turned away: what they still say is of no interest. */
const IGNORED: TransportOwner = { onFrame() {}, onWritable() {}, onTransportClose() {} };

const PLAIN: WebSocketWire = { binaryPrefix: -1, compressFrom: 0, base64: (data) => data.toString('base64') };

/** A socket whose upgrade has been accepted; the 101 waits for the first frame, and goes out with {@link flush} at the latest. */
export class UpgradedSocket implements AcceptedWebSocket, Flushable {
  readonly #socket: Duplex;
  readonly #head: string;
  readonly #limits: WebSocketLimits;
  #transport: WebSocketTransport | undefined = undefined;

  constructor(socket: Duplex, head: string, limits: WebSocketLimits) {
    this.#socket = socket;
    this.#head = head;
    this.#limits = limits;
  }

  open(wire: WebSocketWire, name = 'websocket'): WebSocketTransport {
    this.#transport = new WebSocketTransport(this.#socket, this.#head, wire, this.#limits, name);
    return this.#transport;
  }

  turnAway(lastWord?: string): void {
    const transport = this.open(PLAIN);
    transport.owner = IGNORED;
    if (lastWord !== undefined) transport.send(lastWord);
    transport.close();
  }

  flush(): void {
    this.#transport?.flush();
  }
}

keepShape(new UpgradedSocket({} as Duplex, '', {} as WebSocketLimits));
