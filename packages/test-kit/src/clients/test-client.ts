import { onTestFinished } from 'vitest';
import { Inbox } from '../support/inbox.js';
import { within } from '../support/within.js';
import { type ClientKind, type Mode, modes, type OfficialSocket, type Refused } from './kinds.js';

/** An official client whose events can be awaited. It is disconnected after the test. */
export class TestClient {
  readonly socket: OfficialSocket;
  readonly #name: string;
  readonly #connected: Promise<void>;
  readonly #refused: Promise<Refused>;
  readonly #reasons = new Inbox<string>('disconnections');

  /**
   * @param url of the server, with the namespace as its path
   * @param options further options of the client
   */
  constructor(kind: ClientKind, mode: Mode, url: string, options: object = {}) {
    this.#name = `client ${kind.name} over ${mode}`;
    const transports = modes[mode];
    this.socket = kind.connect(url, { transports, forceNew: true, reconnection: false, ...options });
    onTestFinished(() => this.close());
    this.#connected = new Promise((resolve) => this.socket.on('connect', resolve as () => void));
    this.#refused = new Promise((resolve) => {
      const { events, read } = kind.generation.refusal;
      for (const event of events) this.socket.on(event, (...args: unknown[]) => resolve(read(...args)));
    });
    this.socket.on('disconnect', ((reason: string) => this.#reasons.push(reason)) as () => void);
  }

  /** Resolves when the client is in its namespace. @throws Error when it is kept out */
  async connected(): Promise<this> {
    const refusal = this.#refused.then(({ message }) => {
      throw new Error(`${this.#name} was kept out: ${message ?? 'in other words'}`);
    });
    await within(Promise.race([this.#connected, refusal]), `${this.#name} to connect`);
    return this;
  }

  /** Why the client was kept out. */
  refused(): Promise<Refused> {
    const entry = this.#connected.then(() => {
      throw new Error(`${this.#name} was let in`);
    });
    return within(Promise.race([this.#refused, entry]), `${this.#name} to be refused`);
  }

  /** The client's reason for the next disconnection. */
  disconnected(): Promise<string> {
    return this.#reasons.next();
  }

  /** Resolves when the connection uses WebSocket. */
  async upgraded(): Promise<this> {
    const { engine } = this.socket.io;
    if (engine.transport.name === 'websocket') return this;
    await within(new Promise((resolve) => engine.on('upgrade', resolve)), `${this.#name} to upgrade`);
    return this;
  }

  /** Whatever arrives as `event` from now on. */
  inbox(event: string): Inbox<unknown[]> {
    const inbox = new Inbox<unknown[]>(`'${event}' for ${this.#name}`);
    this.socket.on(event, ((...args: unknown[]) => inbox.push(args)) as () => void);
    return inbox;
  }

  /** The arguments of the next `event`. */
  next(event: string): Promise<unknown[]> {
    return this.inbox(event).next();
  }

  emit(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args);
  }

  /** Emits an event and gives the arguments of its acknowledgement. */
  ask(event: string, ...args: unknown[]): Promise<unknown[]> {
    const answer = new Promise<unknown[]>((resolve) => {
      this.socket.emit(event, ...args, (...answers: unknown[]) => resolve(answers));
    });
    return within(answer, `the acknowledgement of '${event}' for ${this.#name}`);
  }

  /** Acknowledges each `event` with what `answer` returns. */
  answer(event: string, answer: (...args: unknown[]) => unknown[]): void {
    const listener = (...args: unknown[]) => {
      const acknowledge = args.pop() as (...answers: unknown[]) => void;
      acknowledge(...answer(...args));
    };
    this.socket.on(event, listener as () => void);
  }

  close(): void {
    this.socket.disconnect();
  }
}
