import type { Endpoint } from './endpoint.js';

/** Whose an upgrade's path is. */
export type PathOwnership = 'ours' | 'candidate' | 'other';

/** Prefixes and paths remembered per mount and server. They come from the wire: `/:tenant` has any number of them. */
const MEMORY = 100;

/** Answers that say nothing about whether there is a mount behind them: a guard's, or a failure. */
function isInconclusive(status: number): boolean {
  return status === 0 || status >= 500 || (status >= 300 && status < 400) || GUARDS.has(status);
}
const GUARDS = new Set([401, 403, 407, 429]);

/** What one mount has learned of the paths under which one server's requests reach it. */
export class LearnedPaths {
  readonly #endpoint: Endpoint;
  readonly #prefixes = new Set<string>();
  /** Paths that a middleware rewrites to ours. */
  readonly #rewritten = new Set<string>();
  /** Prefixes under which a try has not reached the mount. */
  readonly #missed = new Set<string>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** The request for `full` has reached the mount as `below`. */
  learn(full: string, below: string): void {
    if (!full.endsWith(below)) {
      remember(this.#rewritten, full);
      return;
    }
    const prefix = full.slice(0, full.length - below.length);
    if (this.#prefixes.has(prefix)) return;
    remember(this.#prefixes, prefix);
    this.#missed.delete(prefix);
  }

  /** Requests of the server have reached the mount. */
  get isKnown(): boolean {
    return this.#prefixes.size > 0 || this.#rewritten.size > 0;
  }

  /** A try of the path was answered without the mount. */
  miss(path: string, status: number): void {
    if (isInconclusive(status)) return;
    for (const at of this.#occurrences(path)) remember(this.#missed, path.slice(0, at));
  }

  standing(path: string): PathOwnership {
    if (this.#rewritten.has(path)) return 'ours';
    let candidate = false;
    for (const at of this.#occurrences(path)) {
      const prefix = path.slice(0, at);
      if (this.#prefixes.has(prefix)) return 'ours';
      candidate ||= !this.#missed.has(prefix);
    }
    return candidate ? 'candidate' : 'other';
  }

  /** The path below the mount, if it is known to be ours. */
  below(path: string): string | undefined {
    const at = this.#occurrences(path).find((place) => this.#prefixes.has(path.slice(0, place)));
    return at === undefined ? undefined : path.slice(at);
  }

  /** Where the endpoint's path may begin. The first and the last place will do, and keep a hostile path cheap. */
  #occurrences(path: string): number[] {
    const first = path.indexOf(this.#endpoint.path);
    if (first === -1) return [];
    const last = path.lastIndexOf(this.#endpoint.path);
    const places = first === last ? [first] : [first, last];
    return places.filter((at) => this.#endpoint.claims(path.slice(at)));
  }
}

function remember(set: Set<string>, value: string): void {
  if (set.has(value)) return;
  if (set.size >= MEMORY) {
    const oldest = set.values().next();
    if (!oldest.done) set.delete(oldest.value);
  }
  set.add(value);
}
