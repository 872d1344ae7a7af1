import { ReadableStream, type ReadableStreamDefaultController, TransformStream } from 'node:stream/web';
import { onTestFinished } from 'vitest';

interface Stream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: import('node:stream/web').WritableStream<Uint8Array>;
}

/** Both ends of a WebTransport session in one process: the standard's interface on the platform's own streams, without the network. */
export class SessionPair {
  readonly closed: Promise<void>;
  readonly server;
  readonly client;
  #streams!: ReadableStreamDefaultController<Stream>;
  #end!: () => void;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
    const close = () => this.#close();
    const incomingBidirectionalStreams = new ReadableStream<Stream>({
      start: (controller) => {
        this.#streams = controller;
      },
    });
    const shared = { ready: Promise.resolve(), closed: this.closed, close };
    this.server = { ...shared, incomingBidirectionalStreams };
    this.client = { ...shared, createBidirectionalStream: () => Promise.resolve(this.#open()) };
  }

  #open(): Stream {
    const up = new TransformStream<Uint8Array, Uint8Array>();
    const down = new TransformStream<Uint8Array, Uint8Array>();
    this.#streams.enqueue({ readable: up.readable, writable: down.writable });
    return { readable: down.readable, writable: up.writable };
  }

  #close(): void {
    this.#end();
  }
}

/** Lets official clients of this process find `WebTransport`, and leads each of its sessions to `accept`. */
export function provideWebTransport(accept: (session: SessionPair['server']) => void): void {
  const scope = globalThis as { WebTransport?: unknown };
  scope.WebTransport = function WebTransport() {
    const pair = new SessionPair();
    accept(pair.server);
    return pair.client;
  };
  onTestFinished(() => {
    delete scope.WebTransport;
  });
}
