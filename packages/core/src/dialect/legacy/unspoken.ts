import type { Exchange, Outcome } from '../../transport/exchange.js';
import type { ProtocolHandler } from '../../virtual-socket/dialect.js';
import { plain } from './replies.js';

/**
 * Answers, in the words that clients of Socket.IO 0.8 and 0.9 know, for each version of their protocol that is not spoken here:
 * those that never were, and theirs where it is switched off.
 */
export class UnspokenProtocol implements ProtocolHandler {
  readonly #path: string;

  /** @param path pathname below the mount, without a trailing slash. */
  constructor(path: string) {
    this.#path = path;
  }

  claims(path: string): boolean {
    return path.startsWith(this.#path) && VERSION.test(path.slice(this.#path.length));
  }

  answersScript(): boolean {
    return false;
  }

  handle(_exchange: Exchange): Outcome {
    return plain(500, 'Protocol version not supported.');
  }

  refuse(exchange: Exchange): Outcome {
    return this.handle(exchange);
  }

  accept(): void {
    throw new Error('no upgrade is offered at this path');
  }
}

const VERSION = /^\/\d{1,3}(?:\/|$)/;
