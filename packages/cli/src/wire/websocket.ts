import { WebSocket } from 'ws';
import { Failure, failureOf, timeoutOf } from '../failure.js';
import type { Target } from '../target.js';

/** An open WebSocket whose messages wait until they are read. */
export class Channel {
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #messages: string[] = [];
  readonly #origin: string;
  readonly #timeout: number;
  #waiting: ((message: string | undefined) => void) | undefined;

  private constructor(socket: WebSocket, target: Target) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => void socket.once('close', () => resolve()));
    this.#origin = target.origin;
    this.#timeout = target.timeout;
    socket.on('message', (data, isBinary) => {
      const text = isBinary ? '' : String(data);
      if (this.#waiting === undefined) this.#messages.push(text);
      else this.#waiting(text);
    });
    socket.on('close', () => this.#waiting?.(undefined));
    socket.on('error', () => {});
  }

  /**
   * @param path with its query
   * @throws Failure when the server refuses: `code` tells how, `data` is the HTTP status
   */
  static open(
    target: Target,
    path: string,
    { headers = {}, deflate = false }: { headers?: Readonly<Record<string, string>>; deflate?: boolean } = {},
  ): Promise<Channel> {
    const { origin, tls, timeout } = target;
    const socket = new WebSocket(origin.replace(/^http/, 'ws') + path, {
      headers: { ...target.headers, ...headers },
      perMessageDeflate: deflate,
      handshakeTimeout: timeout,
      ...tls,
    });
    return new Promise((resolve, reject) => {
      const channel = new Channel(socket, target);
      socket.once('open', () => resolve(channel));
      socket.once('unexpected-response', (req, res) => {
        const status = res.statusCode ?? 0;
        reject(
          new Failure('refused', `${origin} answers a WebSocket handshake with HTTP ${status}.`, undefined, status),
        );
        req.destroy();
      });
      socket.once('error', (error) => {
        if (/Opening handshake has timed out/.test(error.message)) reject(timeoutOf(origin, timeout));
        else if (/Invalid|Unexpected|Missing/.test(error.message)) {
          reject(
            new Failure(
              'refused',
              `${origin} answers a WebSocket handshake with an invalid response: ${error.message}.`,
            ),
          );
        } else reject(failureOf(error, origin));
      });
    });
  }

  get isDeflated(): boolean {
    return this.#socket.extensions.includes('permessage-deflate');
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /**
   * The next message.
   *
   * @throws Failure if no message comes in time, or the WebSocket closes
   */
  async next(): Promise<string> {
    const ready = this.#messages.shift();
    if (ready !== undefined) return ready;
    if (this.#socket.readyState !== WebSocket.OPEN) throw this.#closed();
    let timer: NodeJS.Timeout | undefined;
    const message = await new Promise<string | undefined>((resolve, reject) => {
      this.#waiting = resolve;
      timer = setTimeout(() => reject(timeoutOf(this.#origin, this.#timeout)), this.#timeout);
    }).finally(() => {
      this.#waiting = undefined;
      clearTimeout(timer);
    });
    if (message === undefined) throw this.#closed();
    return message;
  }

  /** Passes every message on, those that wait included, instead of keeping it for `next`. */
  forward(listener: (message: string) => void): void {
    for (const message of this.#messages.splice(0)) listener(message);
    this.#waiting = (message) => message !== undefined && listener(message);
  }

  /** Milliseconds until the peer answers a ping of WebSocket. */
  async roundTrip(): Promise<number> {
    const started = performance.now();
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('pong', () => resolve());
      timer = setTimeout(() => reject(timeoutOf(this.#origin, this.#timeout)), this.#timeout);
      this.#socket.ping();
    }).finally(() => clearTimeout(timer));
    return performance.now() - started;
  }

  close(): void {
    this.#socket.close();
    // A peer that does not answer is not waited for.
    setTimeout(() => this.#socket.terminate(), 1000).unref();
  }

  #closed(): Failure {
    return new Failure('disconnected', `${this.#origin} closed the WebSocket.`);
  }
}
