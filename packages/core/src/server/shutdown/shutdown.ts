import type { Engine } from '../../virtual-socket/engine.js';
import { Drain, type DrainOptions, type DrainReport, drainOptions } from './drain.js';

const NO_CONNECTIONS: DrainReport = Object.freeze({ closed: 0, cut: 0 });

/** How a server comes to its end: on demand, or because what it is mounted on does. */
export class Shutdown {
  readonly #engine: () => Engine | undefined;
  /** For the second case; undefined when everything then ends at once. */
  readonly #usual: Required<DrainOptions> | undefined;
  #draining: Promise<DrainReport> | undefined;
  #pausing: Promise<void> | undefined;

  /** @param usual the option `drain`. @throws OptionError for invalid options. */
  constructor(engine: () => Engine | undefined, usual: boolean | DrainOptions) {
    this.#engine = engine;
    this.#usual = usual === false ? undefined : drainOptions(usual === true ? {} : usual);
  }

  drain(options: DrainOptions): Promise<DrainReport> {
    this.#draining ??= this.#run(drainOptions(options));
    return this.#draining;
  }

  #run(options: Required<DrainOptions>): Promise<DrainReport> {
    const engine = this.#engine();
    return engine === undefined || engine.closed ? Promise.resolve(NO_CONNECTIONS) : new Drain(engine, options).run();
  }

  /** The framework closes. */
  async closeInOrder(close: () => Promise<void>): Promise<void> {
    if (this.#usual !== undefined) await this.drain(this.#usual);
    await close();
  }

  /**
   * The HTTP server is to be closed, and may listen again later.
   * @returns a promise when it must not stop listening yet
   */
  pause(): Promise<void> | undefined {
    const engine = this.#engine();
    if (this.#usual === undefined || this.#draining !== undefined || engine === undefined) return undefined;
    const polled = hasPolling(engine);
    this.#pausing ??= this.#emptyOnce(engine, this.#usual);
    return polled ? this.#pausing : undefined;
  }

  async #emptyOnce(engine: Engine, options: Required<DrainOptions>): Promise<void> {
    await this.#run(options);
    this.#pausing = undefined;
    if (this.#draining === undefined) engine.retryAfter = undefined;
  }
}

function hasPolling({ clients }: Engine): boolean {
  for (const conn of clients.values()) if (!conn.transport.streaming) return true;
  return false;
}
