import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web';
import type { Server, Socket } from '@sio/core';
import { packWebTransport } from '../../../src/transport/webtransport/webtransport-frame.js';

/** A session without a network, on the platform's own streams, whose client takes nothing of what it is sent. */
export class StuckSession {
  readonly ready = Promise.resolve();
  readonly closed: Promise<void>;
  readonly incomingBidirectionalStreams: ReadableStream<object>;
  /** The server has ended it. */
  over = false;
  readonly #up = new TransformStream<Uint8Array, Uint8Array>();
  #close!: () => void;
  #fail: (error: Error) => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    const taken = (): Promise<void> =>
      new Promise((_, reject) => {
        this.#fail = reject;
      });
    const stream = { readable: this.#up.readable, writable: new WritableStream({ write: taken }) };
    this.incomingBidirectionalStreams = new ReadableStream({ start: (streams) => streams.enqueue(stream) });
  }

  /** One whose client has joined the main namespace, and its socket. */
  static async join(io: Server): Promise<{ session: StuckSession; socket: Socket }> {
    const session = new StuckSession();
    const arrival = new Promise<Socket>((resolve) => io.once('connection', resolve));
    void io.engine.onWebTransportSession(session as never);
    const writer = session.#up.writable.getWriter();
    for (const frame of ['0', '40']) await writer.write(Buffer.concat([...packWebTransport(frame)]));
    return { session, socket: await arrival };
  }

  close(): void {
    this.over = true;
    this.#fail(new Error('the session has ended'));
    this.#close();
  }
}
