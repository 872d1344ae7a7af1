import type { Exchange, Outcome } from '../../transport/exchange.js';

/** Files below the endpoint's path. */
export interface ServedFiles {
  /** @param name below the path, as it came from the wire */
  has(name: string): boolean;
  /** Answers a request for one of its names. */
  serve(exchange: Exchange, name: string): Outcome | Promise<Outcome>;
}
