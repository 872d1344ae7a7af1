import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { upgradeLines, within } from '@sio/test-kit';
import { onTestFinished } from 'vitest';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface FrameParts {
  readonly opcode: number;
  readonly payload?: string | Buffer;
  /** @default true */
  readonly fin?: boolean;
  /** Reserved bits, as a number from 0 to 7. */
  readonly rsv?: number;
  /** @default true */
  readonly masked?: boolean;
  /** Length that the header has instead of the payload's own. */
  readonly length?: number | bigint;
}

const KEY = Buffer.of(0x37, 0xfa, 0x21, 0x3d);

/** A frame as a client sends it, right or wrong. */
export function clientFrame({ opcode, payload = '', fin = true, rsv = 0, masked = true, length }: FrameParts): Buffer {
  const bytes = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const head = Buffer.concat([Buffer.of(first), lengthOf(length ?? bytes.length, masked ? 0x80 : 0)]);
  if (!masked) return Buffer.concat([head, bytes]);
  return Buffer.concat([head, KEY, bytes.map((byte, at) => byte ^ (KEY[at & 3] as number))]);
}

function lengthOf(length: number | bigint, mask: number): Buffer {
  if (length < 126) return Buffer.of(mask | Number(length));
  if (length < 0x1_0000) return Buffer.of(mask | 126, Number(length) >> 8, Number(length) & 0xff);
  const bytes = Buffer.alloc(9, mask | 127);
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Buffer = ''): Buffer {
  return Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
}

/** A frame of the server. */
export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A WebSocket client that writes bytes of its own, and reads whole frames. */
export class FrameClient {
  readonly socket: Socket;
  readonly frames: ServerFrame[] = [];
  head = '';
  /** The server has ended its side. */
  ended = false;
  #bytes: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', () => {});
  }

  /** @param more bytes that are sent together with the request. */
  static async open(port: number, path = '/', more: Buffer = Buffer.alloc(0)): Promise<FrameClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    const client = new FrameClient(socket);
    socket.write(Buffer.concat([Buffer.from(`${upgradeLines(path).join('\r\n')}\r\n\r\n`), more]));
    await client.until(() => client.head !== '');
    return client;
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.head === '') {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#bytes.toString('latin1', 0, end);
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) this.frames.push(frame);
  }

  #next(): ServerFrame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const [first = 0, second = 0] = bytes;
    if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0) throw new Error('The server sends a wrong frame');
    let length = second;
    let start = 2;
    if (second === 126) {
      length = bytes.length < 4 ? Number.POSITIVE_INFINITY : bytes.readUInt16BE(2);
      start = 4;
    } else if (second === 127) {
      length = bytes.length < 10 ? Number.POSITIVE_INFINITY : Number(bytes.readBigUInt64BE(2));
      start = 10;
    }
    if (bytes.length < start + length) return undefined;
    this.#bytes = bytes.subarray(start + length);
    return { opcode: first & 0x0f, payload: Buffer.from(bytes.subarray(start, start + length)) };
  }

  async send(bytes: Buffer, size = bytes.length): Promise<void> {
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += size) {
      this.socket.write(bytes.subarray(at, at + size));
      // Each piece is to arrive by itself.
      if (size < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves when the server has sent what is awaited, or ended. */
  until(isThere: () => boolean): Promise<void> {
    const watch = async () => {
      while (!isThere() && !this.ended && !this.socket.destroyed)
        await Promise.race([once(this.socket, 'data'), once(this.socket, 'end'), once(this.socket, 'close')]);
    };
    return within(watch(), 'frames of the server');
  }

  /** Resolves with all frames when the server has ended its side. */
  async all(): Promise<readonly ServerFrame[]> {
    await this.until(() => false);
    return this.frames;
  }
}
