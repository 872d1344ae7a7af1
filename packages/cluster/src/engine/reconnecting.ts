import { attempt, FAREWELL, inTime } from './broker-calls.js';

/** How a connection is made and ended. */
export interface Connector<Connection> {
  /** @param lost must be called when the connection breaks, more than once if need be. */
  open(lost: (error: unknown) => void): Promise<Connection>;
  close(connection: Connection): unknown;
  /** Takes failures. */
  failed(error: unknown): void;
}

/** Time (ms) between two attempts. */
const PAUSE = 250;

/** A connection that is made again when it breaks. */
export class Reconnecting<Connection> {
  readonly #connector: Connector<Connection>;
  readonly #waiting: ((connection: Connection) => void)[] = [];
  #current: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(connector: Connector<Connection>) {
    this.#connector = connector;
    void this.#connect();
  }

  /** Undefined while there is none. */
  get current(): Connection | undefined {
    return this.#current;
  }

  /** Resolves with the connection, now or when there is one. */
  ready(): Promise<Connection> {
    if (this.#current !== undefined) return Promise.resolve(this.#current);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #connect(): Promise<void> {
    let own: Connection | undefined;
    let broken = false;
    const lost = (error: unknown) => {
      if (broken) return;
      broken = true;
      if (own !== undefined) this.#lost(own, error);
    };
    try {
      own = await this.#connector.open(lost);
      if (broken) throw new Error('The connection to the broker ended as soon as it opened');
      if (this.#closed) return this.#end(own);
      this.#current = own;
      for (const resolve of this.#waiting.splice(0)) resolve(own);
    } catch (error) {
      broken = true;
      if (own !== undefined) this.#end(own);
      this.#again(error);
    }
  }

  #lost(connection: Connection, error: unknown): void {
    if (this.#current === connection) this.#current = undefined;
    this.#end(connection);
    this.#again(error);
  }

  #again(error: unknown): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#connect(), PAUSE).unref();
    this.#connector.failed(error);
  }

  #end(connection: Connection): void {
    try {
      Promise.resolve(this.#connector.close(connection)).catch(() => {});
    } catch {
      // It is broken already.
    }
  }

  /** Closes the connection, in an orderly way if that takes at most a second. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const connection = this.#current;
    this.#current = undefined;
    if (connection === undefined) return;
    await inTime(
      attempt(async () => this.#connector.close(connection)),
      FAREWELL,
    );
  }
}
