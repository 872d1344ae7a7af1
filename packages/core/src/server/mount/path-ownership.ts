import type { Endpoint } from './endpoint.js';

/** Whose an upgrade's path is. */
export type PathOwnership = 'ours' | 'candidate' | 'other';

/** Prefixes and paths remembered per mount and server. They come from the wire: `/:tenant` has any number of them. */
const MEMORY = 100;

/**
 * The paths under which requests of one server have reached one mount. It only saves work: a path that is forgotten, or was
 * never seen, is a candidate, which the framework's own routing decides on each time. So strangers cannot make it matter.
 */
export class LearnedPaths {
  readonly #endpoint: Endpoint;
  readonly #prefixes = new Set<string>();
  /** Paths that a middleware rewrites to ours. */
  readonly #rewritten = new Set<string>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** The request for `full` has reached the mount as `below`. */
  learn(full: string, below: string): void {
    if (full.endsWith(below)) remember(this.#prefixes, full.slice(0, full.length - below.length));
    else remember(this.#rewritten, full);
  }

  /** Requests of the server have reached the mount. */
  get isKnown(): boolean {
    return this.#prefixes.size > 0 || this.#rewritten.size > 0;
  }

  ownership(path: string): PathOwnership {
    if (this.#rewritten.has(path)) return 'ours';
    const places = this.#occurrences(path);
    if (places.some((at) => this.#prefixes.has(path.slice(0, at)))) return 'ours';
    // Where middlewares rewrite paths, any path may come to be ours.
    return places.length > 0 || this.#rewritten.size > 0 ? 'candidate' : 'other';
  }

  /** The path below the mount of a request that is known to be ours: by its path, or by the connection that it names. */
  below(path: string, query: string): string | undefined {
    for (const at of this.#occurrences(path)) {
      const below = path.slice(at);
      if (this.#prefixes.has(path.slice(0, at)) || this.#endpoint.isEstablished?.(below, query)) return below;
    }
    return undefined;
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
