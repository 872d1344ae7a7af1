import type { Server } from 'node:net';
import type { Pending } from '../../internal/pending.js';
import type { Engine } from '../../virtual-socket/engine.js';
import { Drain, type DrainOptions, type DrainReport, drainOptions } from './drain.js';

const NO_CONNECTIONS: DrainReport = Object.freeze({ closed: 0, cut: 0 });

/** How a server comes to its end: on demand, or because what it is mounted on does. */
export class Shutdown {
  readonly #engine: () => Engine | undefined;
  readonly #hooks: Pending;
  /** For the second case; undefined when everything then ends at once. */
  readonly #usual: Required<DrainOptions> | undefined;
  #draining: Promise<DrainReport> | undefined;
  /** By the HTTP server that closes. */
  readonly #pauses = new Map<Server, Pause>();

  /**
   * @param hooks those of disconnected sockets that still run. @param usual the option `drain`.
   * @throws OptionError for invalid options.
   */
  constructor(engine: () => Engine | undefined, hooks: Pending, usual: boolean | DrainOptions) {
    this.#engine = engine;
    this.#hooks = hooks;
    this.#usual = usual === false ? undefined : drainOptions(usual === true ? {} : usual);
  }

  drain(options: DrainOptions): Promise<DrainReport> {
    this.#draining ??= this.#run(drainOptions(options));
    return this.#draining;
  }

  #run(options: Required<DrainOptions>): Promise<DrainReport> {
    const engine = this.#engine();
    return engine === undefined || engine.closed
      ? Promise.resolve(NO_CONNECTIONS)
      : new Drain(engine, this.#hooks, options).run();
  }

  /** The framework closes. */
  async closeInOrder(close: () => Promise<void>): Promise<void> {
    if (this.#usual !== undefined) await this.drain(this.#usual);
    await close();
  }

  /**
   * An HTTP server is to be closed, and may listen again later.
   * @param alone no other goes on; otherwise only the connections through this one end
   * @returns a promise when it must not stop listening yet
   */
  pause(server: Server, alone: boolean): Promise<void> | undefined {
    const engine = this.#engine();
    if (this.#draining !== undefined || engine === undefined || engine.closed) return undefined;
    const only = alone ? undefined : server;
    const clients = [...engine.connections.values()].filter(
      ({ transport }) => only === undefined || transport.server === only,
    );
    if (this.#usual === undefined) {
      engine.end(clients, (conn) => conn.shutDown());
      engine.passages.endAll(only);
      return undefined;
    }
    let pause = this.#pauses.get(server);
    if (pause === undefined) {
      pause = new Pause(engine, this.#hooks, this.#usual, only);
      this.#pauses.set(server, pause);
      void pause.over.then(() => this.#resume(engine, server));
    }
    return clients.some(({ transport }) => !transport.streaming) ? pause.over : undefined;
  }

  /** The HTTP server has closed. */
  paused(server: Server): void {
    this.#pauses.get(server)?.drain.stop();
    const engine = this.#engine();
    if (engine !== undefined) this.#resume(engine, server);
  }

  /** New connections are accepted again. */
  #resume(engine: Engine, server: Server): void {
    this.#pauses.delete(server);
    engine.leaving.delete(server);
    const isRefusing = this.#draining !== undefined || [...this.#pauses.values()].some(({ alone }) => alone);
    if (!isRefusing) engine.retryAfter = undefined;
  }
}

/** The drain of an HTTP server that closes. */
class Pause {
  readonly alone: boolean;
  readonly drain: Drain;
  readonly over: Promise<void>;

  constructor(engine: Engine, hooks: Pending, options: Required<DrainOptions>, only: Server | undefined) {
    this.alone = only === undefined;
    this.drain = new Drain(engine, hooks, options, only);
    this.over = this.drain.run().then(() => {});
  }
}
