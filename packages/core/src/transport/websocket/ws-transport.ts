import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { bytesTakenOf, dropListenerTable, serverBehind } from '../../internal/node-internals.js';
import type { EncodedFrames, Frame } from '../frame.js';
import { Transport, type TransportBytes } from '../transport.js';
import type { AcceptedWebSocket, WebSocketWire } from './accepted.js';
import { ControlFrameRate } from './control-frame-rate.js';
import { trafficOf } from './socket-traffic.js';
import { FrameBatch } from './websocket.js';
import { CloseCode } from './websocket-error.js';
import { copyFragments } from './ws-receiver.js';

const kTransport = Symbol('sio.transport');
type OwnedWebSocket = WebSocket & { [kTransport]: WsTransport };

/**
 * The WebSocket that `ws` makes for a connection. Its events go straight to the transport: no listeners, which would be three on
 * each connection, and no dispatch by name for each message.
 */
export class ServedWebSocket extends WebSocket {
  /** Undefined until the connection is let in. */
  transport: WsTransport | undefined;

  /** As `ws` calls it: without an address. */
  constructor(...parameters: unknown[]) {
    super(...(parameters as [string]));
    this.transport = undefined;
    dropListenerTable(this);
  }

  /** @internal As `ws` calls it when the 101 is written. */
  setSocket(...parameters: unknown[]): unknown {
    // `ws` has this method and this field, but does not declare them.
    const undeclared: { setSocket?(...parameters: unknown[]): unknown } = WebSocket.prototype as object;
    // Bun has a `ws` of its own, which says by the result whether the upgrade succeeded.
    const result = undeclared.setSocket?.apply(this, parameters);
    copyFragments((this as { readonly _receiver?: object | null })._receiver ?? null);
    return result;
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { transport } = this;
    if (transport === undefined) return this.#unowned(event, first, second);
    if (event === 'message') transport.received(first as Buffer, second as boolean);
    else if (event === 'error') transport.failed(first as Error);
    else {
      if (event === 'close') transport.closed(first as number);
      else if (event === 'ping' || event === 'pong') transport.controlled();
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

/**
 * A WebSocket of `ws`, or of an application's own engine. Without extensions whole frames are written straight to the socket,
 * collected over one tick; with permessage-deflate everything goes through `ws`, whose frames ours would overtake.
 */
export class WsTransport extends Transport {
  readonly streaming = true;
  readonly name: string;
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #wire: WebSocketWire;
  /** Undefined where everything goes through `ws`. */
  readonly #output: FrameBatch | undefined;
  readonly #maxControlFrames: number;
  /** Most clients send none. */
  #controlFrames: ControlFrameRate | undefined = undefined;
  #closeDescription: unknown = undefined;

  constructor(ws: WebSocket, socket: Duplex, wire: WebSocketWire, name: string, maxControlFrames: number) {
    super();
    this.name = name;
    this.#ws = ws;
    this.#socket = socket;
    this.#wire = wire;
    this.#maxControlFrames = maxControlFrames;
    this.#output = ws.extensions === '' && writesFrames(ws) ? new FrameBatch(wire) : undefined;
    if (ws instanceof ServedWebSocket) ws.transport = this;
    else listenTo(ws, this);
  }

  get writable(): boolean {
    return this.#isOpen && !this.#socket.writableNeedDrain && (this.#output !== undefined || !this.#isBusy);
  }

  get #isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  /** More waits to be compressed than the socket would take at once. */
  get #isBusy(): boolean {
    return this.#ws.bufferedAmount > this.#socket.writableHighWaterMark;
  }

  get bufferedBytes(): number {
    return this.#output === undefined ? this.#ws.bufferedAmount : this.#socket.writableLength + this.#output.length;
  }

  /** Streams of HTTP/2 do not count. */
  override get bytesReceived(): number {
    return (this.#socket as Partial<Socket>).bytesRead ?? 0;
  }

  override get socket(): WebSocket {
    return this.#ws;
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

  send(frame: Frame, compress: boolean): void {
    if (this.#output !== undefined) this.#output.add(frame, this.supportsBinary);
    else if (typeof frame === 'string' || this.supportsBinary) this.#sendThroughWs(frame, compress);
    else this.#sendThroughWs(this.#wire.base64(frame), compress);
  }

  sendAll(frames: readonly Frame[], compress: boolean): void {
    for (const frame of frames) this.send(frame, compress);
    this.flush();
  }

  sendForm(form: EncodedFrames, compress: boolean): void {
    if (this.#output !== undefined) this.#output.addForm(form, this.supportsBinary);
    else for (const frame of form.frames) this.send(frame, compress);
  }

  #sendThroughWs(frame: Frame, compress: boolean): void {
    const prefix = this.#wire.binaryPrefix;
    const data = typeof frame === 'string' || prefix < 0 ? frame : Buffer.concat([Buffer.of(prefix), frame]);
    const worthIt = compress && Buffer.byteLength(data) >= this.#wire.compressFrom;
    // A failure surfaces as 'error' or 'close' of the socket; without a callback ws would throw it.
    this.#ws.send(data, { compress: worthIt, binary: typeof frame !== 'string' }, ignore);
  }

  flush(): number {
    const output = this.#output;
    if (output === undefined) return this.#ws.bufferedAmount;
    // A write after ws has ended the socket would surface as an error of the connection.
    if (this.#isOpen) output.writeTo(this.#socket);
    else output.clear();
    return this.#socket.writableLength;
  }

  /** The close frame would overtake what still waits here, hence the flush. */
  close(): void {
    this.flush();
    if (this.goingAway) this.#ws.close(CloseCode.GOING_AWAY);
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
    if (!this.#isOpen || this.#socket.destroyed) return super.written(callback);
    const done = (error?: Error | null) => (error ? super.written(callback) : callback());
    // Both stand in line behind what was sent before, compressed or not.
    if (this.#output !== undefined) this.#socket.write('', 'latin1', done);
    else this.#ws.ping('', false, done);
  }

  /** @internal */
  received(data: Buffer, isBinary: boolean): void {
    // `ws` reads on until the client closes.
    if (this.#closeDescription !== undefined) return;
    this.owner.onFrame(this, isBinary ? data : data.toString('utf8'));
  }

  /** @internal A ping or a pong has come. */
  controlled(): void {
    if (this.#closeDescription !== undefined) return;
    this.#controlFrames ??= new ControlFrameRate();
    const fault = this.#controlFrames.faultAt(this.#maxControlFrames);
    if (fault === undefined) return;
    this.failed(fault);
    this.flush();
    this.#ws.close(fault.closeCode);
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

function ignore(): void {}

/** Other engines make WebSockets of their own. Functions for all connections instead of closures for each. */
function listenTo(ws: WebSocket, transport: WsTransport): void {
  (ws as OwnedWebSocket)[kTransport] = transport;
  ws.on('message', onMessage);
  ws.on('ping', onControl);
  ws.on('pong', onControl);
  ws.on('close', onClose);
  ws.on('error', onError);
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  (this as OwnedWebSocket)[kTransport].received(data as Buffer, isBinary);
}

function onControl(this: WebSocket): void {
  (this as OwnedWebSocket)[kTransport].controlled();
}

function onClose(this: WebSocket, code: number): void {
  (this as OwnedWebSocket)[kTransport].closed(code);
}

function onError(this: WebSocket, error: Error): void {
  (this as OwnedWebSocket)[kTransport].failed(error);
}

/** Whether `ws` itself writes to the socket. Bun's `ws` has no sender: there the runtime writes, and frames of ours get lost. */
function writesFrames(ws: WebSocket): boolean {
  return (ws as { readonly _sender?: object })._sender !== undefined;
}

/** A WebSocket of `ws` that the protocol has yet to look at. */
export class AcceptedByWs implements AcceptedWebSocket {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #maxControlFrames: number;

  /** @param maxControlFrames in a second. */
  constructor(ws: WebSocket, socket: Duplex, maxControlFrames: number) {
    this.#ws = ws;
    this.#socket = socket;
    this.#maxControlFrames = maxControlFrames;
  }

  open(wire: WebSocketWire, name = 'websocket'): WsTransport {
    return new WsTransport(this.#ws, this.#socket, wire, name, this.#maxControlFrames);
  }

  turnAway(lastWord?: string): void {
    this.#ws.on('error', ignore);
    if (lastWord !== undefined) this.#ws.send(lastWord, ignore);
    this.#ws.close();
  }
}
