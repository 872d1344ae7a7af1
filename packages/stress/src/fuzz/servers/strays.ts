import { inspect } from 'node:util';
import type { Logger } from '@sio/core';

/** Node's own warnings. */
const OTHERS = new Set(['DeprecationWarning', 'ExperimentalWarning']);

/** The hint for the operator when a client is refused, once for each origin and host. */
const HINT = /^a (?:page of|request for) .* was refused/;

/** Errors and reports that no application has caused. */
export class Strays {
  readonly #found: unknown[] = [];
  readonly #note = (error: unknown): void => void this.#found.push(error);
  readonly #warned = (warning: Error): void => {
    if (!OTHERS.has(warning.name)) this.#found.push(warning);
  };
  /** Takes reports of the server's. */
  readonly logger: Logger = {
    error: (...what) => this.#note(what),
    warn: (...what) => HINT.test(String(what[0])) || this.#note(what),
    info: () => {},
    debug: () => {},
  };

  constructor() {
    process.on('unhandledRejection', this.#note);
    process.on('uncaughtException', this.#note);
    process.on('warning', this.#warned);
  }

  /** @throws Error that names all there were */
  demandNone(): void {
    const found = this.#found.splice(0);
    if (found.length > 0) throw new Error(`unexpected: ${found.map((one) => inspect(one)).join(', ')}`);
  }

  stop(): void {
    process.off('unhandledRejection', this.#note);
    process.off('uncaughtException', this.#note);
    process.off('warning', this.#warned);
  }
}
