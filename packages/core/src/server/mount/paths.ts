import type { Endpoint, PathOwnership } from './contracts.js';

/** Index of the path in a request target: absolute targets, as sent to a proxy, have scheme and host in front of it. */
function pathStart(target: string): number {
  const authority = target.indexOf('://');
  if (authority === -1) return 0;
  const slash = target.indexOf('/', authority + 3);
  return slash === -1 ? target.length : slash;
}

/** Returns the path of a request target, undecoded. */
export function pathOf(target: string): string {
  const start = target.startsWith('/') ? 0 : pathStart(target);
  const end = target.indexOf('?', start);
  return start === 0 && end === -1 ? target : target.slice(start, end === -1 ? undefined : end);
}

/** Query string of a request target, without the `?`. */
export function queryOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark + 1);
}

/**
 * Returns a request target below a prefix that a framework's router has matched. Prefixes may have parameters, so their segments
 * are counted instead of compared.
 * @param prefix such as `/api` or `/shops/:shop`
 */
export function belowPrefix(target: string, prefix: string): string {
  let at = target.startsWith('/') ? 0 : pathStart(target);
  for (const segment of prefix.split('/')) if (segment !== '' && at !== -1) at = target.indexOf('/', at + 1);
  return at === -1 ? '/' : target.slice(at);
}

/** Prefixes and paths remembered per mount and server. They come from the wire: `/:tenant` has any number of them. */
const MEMORY = 100;

/**
 * The paths under which requests of one server have reached one mount. It only saves work: a path that is forgotten, or was
 * never seen, is a candidate, which the framework's own routing decides on each time. So a client cannot harm another one by
 * making the mount forget.
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
    const isBelow = full.endsWith(below);
    const known = isBelow ? this.#prefixes : this.#rewritten;
    const path = isBelow ? full.slice(0, full.length - below.length) : full;
    if (!known.has(path)) remember(known, path);
  }

  /** Requests of the server have reached the mount. */
  get isKnown(): boolean {
    return this.#prefixes.size > 0 || this.#rewritten.size > 0;
  }

  ownership(path: string): PathOwnership {
    if (this.#rewritten.has(path)) return 'ours';
    const first = path.indexOf(this.#endpoint.path);
    if (first !== -1 && this.#prefixes.has(path.slice(0, first)) && this.#endpoint.claims(path.slice(first)))
      return 'ours';
    const places = this.#occurrences(path);
    for (const at of places) if (this.#prefixes.has(path.slice(0, at))) return 'ours';
    // Where middlewares rewrite paths, any path may come to be ours.
    return places.length > 0 || this.#rewritten.size > 0 ? 'candidate' : 'other';
  }

  /** The path below the mount of a request that is known to be ours, by its path or by the connection that it names. */
  below(path: string, query: string): string | undefined {
    return this.learned(path) ?? this.#belowIfEstablished(path, query);
  }

  /** The path below the mount, where the framework has led requests with the same path in front of it to the mount. */
  learned(path: string): string | undefined {
    for (const at of this.#occurrences(path)) {
      if (this.#prefixes.has(path.slice(0, at))) return path.slice(at);
    }
    return undefined;
  }

  /** The path below the mount of a request that names a connection which is open here. */
  #belowIfEstablished(path: string, query: string): string | undefined {
    for (const at of this.#occurrences(path)) {
      const below = path.slice(at);
      if (this.#endpoint.isEstablished?.(below, query) === true) return below;
    }
    return undefined;
  }

  /** Where the endpoint's path may begin. The first and the last place will do, and keep a hostile path cheap. */
  #occurrences(path: string): number[] {
    const first = path.indexOf(this.#endpoint.path);
    if (first === -1) return NO_PLACES;
    const last = path.lastIndexOf(this.#endpoint.path);
    const places: number[] = [];
    if (this.#endpoint.claims(path.slice(first))) places.push(first);
    if (last !== first && this.#endpoint.claims(path.slice(last))) places.push(last);
    return places;
  }
}

const NO_PLACES: number[] = [];

function remember(set: Set<string>, value: string): void {
  if (set.size >= MEMORY) {
    const oldest = set.values().next();
    if (!oldest.done) set.delete(oldest.value);
  }
  set.add(value);
}
