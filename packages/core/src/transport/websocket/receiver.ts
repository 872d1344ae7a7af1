import { isUtf8 } from 'node:buffer';
import { endianness } from 'node:os';
import { ByteCollector } from '../../internal/byte-collector.js';
import { keepShape } from '../../internal/kept-shapes.js';
import { ControlFrameRate } from './control-frame-rate.js';
import { Utf8Check } from './utf8-check.js';
import { CloseCode, WebSocketError } from './websocket-error.js';

/** Limits that hold while a message arrives. */
export interface ReceiverLimits {
  /** Bytes of one message. */
  readonly maxLength: number;
  /** Fragments of one message. */
  readonly maxFragments: number;
  /** Pings and pongs in a second. */
  readonly maxControlFrames: number;
}

/** Takes what a {@link FrameReceiver} reads. */
export interface FrameHandler {
  onMessage(message: string | Buffer): void;
  onPing(payload: Buffer): void;
  onPong(payload: Buffer): void;
  /** The client's close frame: nothing more is read. `code` is 1005 if it has none. */
  onCloseFrame(code: number, reason: Buffer): void;
  /** The client breaks a rule: nothing more is read. */
  onViolation(error: WebSocketError): void;
}

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const FIN = 0x80;
const RSV = 0x70;
const OPCODE = 0x0f;
const MASK = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const LONGEST_CONTROL = 125;
/** Above, the two halves of a length no longer make an exact number. */
const MAX_HIGH_WORD = 2 ** 21 - 1;

/** Index that says that the rest of a header, or of a control frame, has yet to come. */
const INCOMPLETE = -1;
const REPLACEMENT = '\ufffd';

/** A message that is not complete yet. */
class PartialMessage {
  readonly opcode: number;
  readonly bytes = new ByteCollector();
  readonly utf8: Utf8Check | undefined;
  /** Bytes of all its frames so far, as their headers announce them. */
  length = 0;
  fragments = 0;
  /** Of the frame that is arriving: bytes to come, its mask, bytes that have come, and whether it is the last one. */
  remaining = 0;
  mask = 0;
  offset = 0;
  fin = false;

  constructor(opcode: number) {
    this.opcode = opcode;
    this.utf8 = opcode === TEXT ? new Utf8Check() : undefined;
  }
}

/**
 * Reads the frames of a client (RFC 6455 §5), however the bytes arrive. Messages that lie in one piece are unmasked in place, and
 * text is decoded from there; others are collected. Text is checked while it arrives.
 */
export class FrameReceiver {
  /** Both may be changed while it is idle: see {@link push}. */
  limits: ReceiverLimits;
  handler: FrameHandler;
  #message: PartialMessage | undefined = undefined;
  /** The beginning of a header, or of a control frame: at most 130 bytes. */
  #partial: Buffer | undefined = undefined;
  /** Most clients send none. */
  #controlFrames: ControlFrameRate | undefined = undefined;
  #ended = false;

  constructor(limits: ReceiverLimits, handler: FrameHandler) {
    this.limits = limits;
    this.handler = handler;
  }

  /** Reads nothing more. */
  end(): void {
    this.#ended = true;
    this.#message = undefined;
    this.#partial = undefined;
  }

  /**
   * Takes the next bytes, which it may change.
   * @returns whether it is idle: it has nothing to remember of these bytes, or of earlier ones, and may go on with another connection.
   */
  push(chunk: Buffer): boolean {
    if (this.#ended) return false;
    let bytes = chunk;
    if (this.#partial !== undefined) {
      bytes = Buffer.concat([this.#partial, chunk]);
      this.#partial = undefined;
    }
    let at = 0;
    const message = this.#message;
    if (message !== undefined && message.remaining > 0) at = this.#payload(message, bytes, 0);
    while (at < bytes.length && !this.#ended) {
      const next = this.#frame(bytes, at);
      if (next === INCOMPLETE) {
        this.#keep(bytes, at);
        return false;
      }
      at = next;
    }
    return this.#message === undefined && this.#controlFrames === undefined && !this.#ended;
  }

  /** A copy of its own, as the piece may be a small part of what was read. */
  #keep(bytes: Buffer, from: number): void {
    if (this.#ended) return;
    this.#partial = Buffer.allocUnsafeSlow(bytes.length - from);
    bytes.copy(this.#partial, 0, from);
  }

  /** Reads the frame at `at`. @returns where the next one begins, or {@link INCOMPLETE}. */
  #frame(bytes: Buffer, at: number): number {
    if (bytes.length - at < 2) return INCOMPLETE;
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const opcode = first & OPCODE;
    // Data frames of nearly all messages: no reserved bits, masked, and the first of their message.
    if (
      (first & RSV) !== 0 ||
      second < MASK ||
      opcode > BINARY ||
      (opcode === CONTINUATION) === (this.#message === undefined)
    ) {
      const fault = this.#faultOf(first, second);
      if (fault !== undefined) return this.#fail(fault);
    }
    let length = second & LENGTH;
    let start = at + 2;
    if (length === LENGTH_16) {
      if (bytes.length - start < 2) return INCOMPLETE;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === LENGTH_64) {
      if (bytes.length - start < 8) return INCOMPLETE;
      const high = bytes.readUInt32BE(start);
      if (high > MAX_HIGH_WORD) return this.#fail(tooLong());
      length = high * 2 ** 32 + bytes.readUInt32BE(start + 4);
      start += 8;
    }
    if (opcode < CLOSE && (this.#message?.length ?? 0) + length > this.limits.maxLength)
      return this.#fail(tooLarge(this.limits.maxLength));
    if (bytes.length - start < 4) return INCOMPLETE;
    const mask = bytes.readInt32BE(start);
    start += 4;
    const end = start + length;
    if (opcode >= CLOSE) {
      if (end > bytes.length) return INCOMPLETE;
      unmask(bytes, start, end, mask, 0);
      this.#control(opcode, bytes.subarray(start, end));
      return end;
    }
    const fin = (first & FIN) !== 0;
    if (!fin || opcode === CONTINUATION || end > bytes.length)
      return this.#fragment(opcode, fin, length, mask, bytes, start);
    // A message in one frame that lies in one piece.
    unmask(bytes, start, end, mask, 0);
    if (opcode === BINARY) this.handler.onMessage(bytes.subarray(start, end));
    else {
      const text = bytes.toString('utf8', start, end);
      // Decoding replaces wrong bytes, so that nearly all texts need no further look at theirs.
      if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) return this.#fail(badText());
      this.handler.onMessage(text);
    }
    return end;
  }

  /** Rules that the first two bytes of a frame can break (§5.2, §5.4, §5.5). */
  #faultOf(first: number, second: number): WebSocketError | undefined {
    if ((first & RSV) !== 0) return reservedBits(first);
    const opcode = first & OPCODE;
    if (opcode === CONTINUATION) {
      if (this.#message === undefined) return badOpcode(opcode);
    } else if (opcode <= BINARY) {
      if (this.#message !== undefined) return badOpcode(opcode);
    } else if (opcode >= CLOSE && opcode <= PONG) {
      const fault = controlFault(opcode, first, second & LENGTH);
      if (fault !== undefined) return fault;
    } else return badOpcode(opcode);
    return (second & MASK) === 0 ? unmasked() : undefined;
  }

  /** A frame that is not the whole message, or not here as a whole. */
  #fragment(opcode: number, fin: boolean, length: number, mask: number, bytes: Buffer, start: number): number {
    this.#message ??= new PartialMessage(opcode);
    const message = this.#message;
    if (++message.fragments > this.limits.maxFragments) return this.#fail(tooManyFragments(this.limits.maxFragments));
    message.length += length;
    message.remaining = length;
    message.mask = mask;
    message.offset = 0;
    message.fin = fin;
    return this.#payload(message, bytes, start);
  }

  /** Takes what there is of the payload of the frame that is arriving. @returns where the next frame begins. */
  #payload(message: PartialMessage, bytes: Buffer, start: number): number {
    const end = Math.min(start + message.remaining, bytes.length);
    unmask(bytes, start, end, message.mask, message.offset);
    const piece = bytes.subarray(start, end);
    message.offset += piece.length;
    message.remaining -= piece.length;
    if (message.utf8?.push(piece) === false) return this.#fail(badText());
    message.bytes.push(piece);
    if (message.remaining === 0 && message.fin) this.#complete(message);
    return end;
  }

  #complete({ utf8, bytes }: PartialMessage): void {
    this.#message = undefined;
    if (utf8 === undefined) this.handler.onMessage(bytes.take());
    else if (utf8.isComplete) this.handler.onMessage(bytes.take().toString('utf8'));
    else this.#fail(badText());
  }

  #control(opcode: number, payload: Buffer): void {
    if (opcode === CLOSE) return this.#close(payload);
    this.#controlFrames ??= new ControlFrameRate();
    const fault = this.#controlFrames.faultAt(this.limits.maxControlFrames);
    if (fault !== undefined) this.#fail(fault);
    else if (opcode === PING) this.handler.onPing(payload);
    else this.handler.onPong(payload);
  }

  #close(payload: Buffer): void {
    const code = payload.length === 0 ? CloseCode.NO_STATUS : payload.readUInt16BE(0);
    const reason = payload.subarray(2);
    if (payload.length > 0 && !isCloseCode(code)) this.#fail(badCloseCode(code));
    else if (!isUtf8(reason)) this.#fail(badText());
    else {
      this.end();
      this.handler.onCloseFrame(code, reason);
    }
  }

  #fail(error: WebSocketError): number {
    this.end();
    this.handler.onViolation(error);
    return INCOMPLETE;
  }
}

keepShape(new PartialMessage(TEXT));

/** Codes that a client may send (§7.4): those of the RFC and its registry, and those for libraries and applications. */
function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== CloseCode.NO_STATUS && code !== CloseCode.ABNORMAL;
}

function controlFault(opcode: number, first: number, length: number): WebSocketError | undefined {
  if ((first & FIN) === 0) return invalidFrame('WS_ERR_EXPECTED_FIN', 'FIN must be set');
  if (length > LONGEST_CONTROL || (opcode === CLOSE && length === 1))
    return invalidFrame('WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', `invalid payload length ${length}`);
  return undefined;
}

function invalidFrame(code: string, what: string): WebSocketError {
  return new WebSocketError(CloseCode.PROTOCOL_ERROR, code, `Invalid WebSocket frame: ${what}`);
}

/** Only extensions give these bits a meaning, and none is in use. */
function reservedBits(first: number): WebSocketError {
  return (first & 0x30) !== 0
    ? invalidFrame('WS_ERR_UNEXPECTED_RSV_2_3', 'RSV2 and RSV3 must be clear')
    : invalidFrame('WS_ERR_UNEXPECTED_RSV_1', 'RSV1 must be clear');
}

function badOpcode(opcode: number): WebSocketError {
  return invalidFrame('WS_ERR_INVALID_OPCODE', `invalid opcode ${opcode}`);
}

function unmasked(): WebSocketError {
  return invalidFrame('WS_ERR_EXPECTED_MASK', 'MASK must be set');
}

function badCloseCode(code: number): WebSocketError {
  return invalidFrame('WS_ERR_INVALID_CLOSE_CODE', `invalid status code ${code}`);
}

function badText(): WebSocketError {
  return new WebSocketError(
    CloseCode.INVALID_TEXT,
    'WS_ERR_INVALID_UTF8',
    'Invalid WebSocket frame: invalid UTF-8 sequence',
  );
}

function tooLong(): WebSocketError {
  const message = 'Unsupported WebSocket frame: payload length > 2^53 - 1';
  return new WebSocketError(CloseCode.TOO_LARGE, 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', message);
}

function tooLarge(max: number): WebSocketError {
  const message = `A message has more than ${max} bytes`;
  return new WebSocketError(CloseCode.TOO_LARGE, 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', message);
}

function tooManyFragments(max: number): WebSocketError {
  const message = `A message has more than ${max} fragments`;
  return new WebSocketError(CloseCode.POLICY, 'WS_ERR_TOO_MANY_BUFFERED_PARTS', message);
}

// ---- masks ----

/** From this length (bytes) on four bytes at a time are worth a view of the memory. */
const BY_WORDS_FROM = 128;

const LITTLE_ENDIAN = endianness() === 'LE';

/**
 * Applies a mask to bytes in place (RFC 6455 §5.3).
 * @param mask its four bytes, the first one highest.
 * @param offset of `from` within the payload: the mask repeats every four bytes.
 */
function unmask(bytes: Buffer, from: number, to: number, mask: number, offset: number): void {
  if (mask === 0) return;
  let key = offset === 0 ? mask : rotated(mask, offset);
  if (to - from >= BY_WORDS_FROM) return unmaskWords(bytes, from, to, key);
  for (let at = from; at < to; at++) {
    key = (key << 8) | (key >>> 24);
    (bytes as Uint8Array)[at] = (bytes[at] as number) ^ (key & 0xff);
  }
}

/** The mask as it goes on after `offset` bytes of the payload. */
function rotated(mask: number, offset: number): number {
  const bits = (offset & 3) * 8;
  return bits === 0 ? mask : (mask << bits) | (mask >>> (32 - bits));
}

function unmaskWords(bytes: Buffer, from: number, to: number, key: number): void {
  // Words begin where memory is aligned, not where the payload does.
  const start = from + ((4 - ((bytes.byteOffset + from) & 3)) & 3);
  unmask(bytes, from, start, key, 0);
  const aligned = rotated(key, start - from);
  const count = (to - start) >>> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, count);
  const word = LITTLE_ENDIAN ? swapped(aligned) : aligned;
  for (let n = 0; n < count; n++) words[n] = (words[n] as number) ^ word;
  unmask(bytes, start + count * 4, to, aligned, 0);
}

function swapped(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
