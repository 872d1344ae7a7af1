import { genuineTimeout } from '../internal/time/genuine.js';
import type { EncodedFrames, Frame } from './frame.js';

/** Reasons for which a connection ends by itself or is ended, as `disconnect` listeners see them. */
export type CloseReason =
  | 'transport close'
  | 'transport error'
  | 'ping timeout'
  | 'parse error'
  | 'forced close'
  | 'slow consumer'
  | 'rate limited'
  | 'auth ended'
  | 'server shutting down';

/** Listens to a transport: the virtual socket, or an upgrade that is being tried. */
export interface TransportOwner {
  onFrame(transport: Transport, frame: Frame): void;
  /** The transport can take frames (again). */
  onWritable(transport: Transport): void;
  onTransportClose(transport: Transport, reason: CloseReason, description?: unknown): void;
}

/** Bytes that have been carried, in both directions. */
export interface TransportBytes {
  /** From clients. */
  readonly received: number;
  /** To clients. */
  readonly sent: number;
}

const NO_TRAFFIC: TransportBytes = Object.freeze({ received: 0, sent: 0 });

/** Milliseconds. */
const LOOK_AGAIN = 20;

/** One way for frames to reach a client: a request, a series of requests, or a socket. */
export abstract class Transport {
  abstract readonly name: string;
  /** Takes frames at any time. If not, they wait in the virtual socket's queue until it is writable. */
  abstract readonly streaming: boolean;
  /** Whether a frame sent now goes out now. A volatile message is dropped when it would not. */
  abstract readonly writable: boolean;
  /** Bytes accepted and not yet handed to the system. */
  abstract readonly bufferedBytes: number;
  /** Set by the code that takes the transport over, before it can receive anything. */
  declare owner: TransportOwner;
  /** The whole server ends, and not this connection alone: a close frame then says so. */
  declare goingAway: boolean;
  /** See {@link discard}. */
  declare discarded: boolean;
  /** See {@link pauseReading}. */
  declare readingPaused: boolean;
  /** Whether binary goes out as bytes; otherwise as base64 text. */
  declare supportsBinary: boolean;

  /** @internal What applications know as its `ws`; undefined on other transports. */
  get socket(): unknown {
    return undefined;
  }

  /** The HTTP server that the client's last request or its socket came through; undefined where there is none. */
  get server(): object | undefined {
    return undefined;
  }

  /** Bytes that have come from the client, including those of incomplete messages; 0 where they are not counted. */
  get bytesReceived(): number {
    return 0;
  }

  /**
   * Bytes that it has carried for its client so far: frames with their headers, bodies of polls and POSTs. They never become fewer, also
   * when its client is gone. Zero where they are not counted.
   */
  get traffic(): TransportBytes {
    return NO_TRAFFIC;
  }

  /** Bytes that the system has taken of what is being written; -1 while it has taken everything, and where they are not counted. */
  get bytesTaken(): number {
    return -1;
  }

  /** Closed, but its client has yet to be told with its next request, or to read what was sent before. */
  get lingering(): boolean {
    return false;
  }

  /** Another transport has taken its place: what it still reports no longer matters. */
  discard(): void {
    this.discarded = true;
  }

  /**
   * Reads nothing more from the client, whose system then makes it wait. Frames that have been read already may still come.
   * Transports that cannot stop only note it.
   */
  pauseReading(): void {
    this.readingPaused = true;
  }

  /** Goes on reading. */
  resumeReading(): void {
    this.readingPaused = false;
  }

  /** Frames that the client reads of one answer: `sendAll` takes no more. */
  get maxFrames(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Sends frames in order. On a transport that is not streaming only when `writable`. */
  abstract sendAll(frames: readonly Frame[], compress: boolean): void;
  /** Sends one frame; it may be held until `flush`. */
  abstract send(frame: Frame, compress: boolean): void;
  /** Sends a message whose wire form is shared with other connections. */
  abstract sendForm(form: EncodedFrames, compress: boolean): void;
  /** Hands what `send` held to the system. @returns bytes that the system has yet to take */
  abstract flush(): number;
  /**
   * Ends the transport in its protocol's way once everything sent is out. `onTransportClose` follows.
   * @param last frames for the waiting poll, in front of the close packet.
   */
  abstract close(last?: readonly Frame[]): void;
  /** Ends the transport at once. */
  abstract abort(): void;

  /** After `close`: does not wait for the other side, which is taken for gone, and lets go of what it has not read. */
  forceClose(): void {}

  /** Calls back when nothing is left to be done for a closed transport: its client has hung up, too. */
  gone(callback: () => void): void {
    setImmediate(callback);
  }

  /** Calls back when it is worth looking whether what was sent has been handed to the system. */
  written(callback: () => void): void {
    genuineTimeout(callback, LOOK_AGAIN);
  }
}

// On the prototype: no connection needs room for these before it comes to them.
Transport.prototype.supportsBinary = true;
Transport.prototype.goingAway = false;
Transport.prototype.discarded = false;
Transport.prototype.readingPaused = false;
