import type { IncomingMessage } from 'node:http';
import type { EncodedFrames, Frame } from './frame.js';
import { type CloseReason, Transport } from './transport.js';

/** A connection of another Engine.IO server. It carries messages and keeps its own heartbeat. */
export interface RawConnection {
  readonly id: string;
  /** Version of Engine.IO, 3 or 4. */
  readonly protocol: number;
  readonly request: IncomingMessage | undefined;
  readonly remoteAddress?: string;
  readonly transport: { readonly name: string; readonly writable: boolean };
  on(event: 'data', listener: (data: string | Buffer) => void): unknown;
  on(event: 'close', listener: (reason: string, description?: unknown) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'upgrade', listener: (transport: unknown) => void): unknown;
  write(data: string | Buffer, options: { compress: boolean }): unknown;
  close(discard?: boolean): unknown;
}

/** Messages over such a connection: frames without the type in front, which the other side adds itself. */
export class ExternalTransport extends Transport {
  readonly streaming = true;
  readonly #raw: RawConnection;

  constructor(raw: RawConnection) {
    super();
    this.#raw = raw;
    raw.on('data', (data) => this.owner.onFrame(this, typeof data === 'string' ? `4${data}` : Buffer.from(data)));
    raw.on('close', (reason, description) => this.owner.onTransportClose(this, reason as CloseReason, description));
    // The close that follows tells the reason.
    raw.on('error', () => {});
  }

  /** It may change: upgrades are the other side's affair. */
  get name(): string {
    return this.#raw.transport.name;
  }

  get writable(): boolean {
    return this.#raw.transport.writable;
  }

  /** Nothing waits here. */
  get bufferedBytes(): number {
    return 0;
  }

  send(frame: Frame, compress: boolean): void {
    this.#raw.write(typeof frame === 'string' ? frame.slice(1) : frame, { compress });
  }

  sendAll(frames: readonly Frame[], compress: boolean): void {
    for (const frame of frames) this.send(frame, compress);
  }

  sendForm(form: EncodedFrames, compress: boolean): void {
    this.sendAll(form.frames, compress);
  }

  flush(): number {
    return 0;
  }

  close(): void {
    this.#raw.close();
  }

  abort(): void {
    this.#raw.close(true);
  }
}
