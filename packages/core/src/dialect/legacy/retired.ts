import type { Exchange, Outcome } from '../../transport/exchange.js';
import type { Entrance } from '../../virtual-socket/dialect.js';
import { plain } from './replies.js';

/** Where 0.9 is not served: its clients are told so in the words that they know. */
export class RetiredLegacyEntrance implements Entrance {
  readonly #root: string;

  /** @param path pathname below the mount, without a trailing slash. */
  constructor(path: string) {
    this.#root = `${path}/1`;
  }

  claims(path: string): boolean {
    return path === this.#root || path.startsWith(`${this.#root}/`);
  }

  handle(_exchange: Exchange): Outcome {
    return plain(500, 'Protocol version not supported.');
  }

  refuse(exchange: Exchange): Outcome {
    return this.handle(exchange);
  }

  accept(): void {
    throw new Error('no upgrade was granted');
  }
}
