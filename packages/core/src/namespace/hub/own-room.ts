/**
 * The set of one id that says both who is in a socket's own room and which rooms it is in, for as long as it is in no other.
 * Most sockets of most servers never are, and two real sets weigh more than everything else that an idle socket keeps.
 *
 * It reads like any other set. To change it is not possible: whoever wants to replaces it.
 */
export class OwnRoom implements Iterable<string> {
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  get size(): number {
    return 1;
  }

  has(value: unknown): boolean {
    return value === this.#id;
  }

  forEach(fn: (value: string, key: string, set: ReadonlySet<string>) => void, thisArg?: unknown): void {
    fn.call(thisArg, this.#id, this.#id, this as unknown as ReadonlySet<string>);
  }

  values(): SetIterator<string> {
    return this.#set().values();
  }

  keys(): SetIterator<string> {
    return this.#set().keys();
  }

  entries(): SetIterator<[string, string]> {
    return this.#set().entries();
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.#set()[Symbol.iterator]();
  }

  #set(): Set<string> {
    return new Set([this.#id]);
  }

  /** @throws TypeError always: rooms are entered with `join` and left with `leave`. */
  add(): never {
    throw readOnly();
  }

  /** @throws TypeError always. */
  delete(): never {
    throw readOnly();
  }

  /** @throws TypeError always. */
  clear(): never {
    throw readOnly();
  }
}
// Applications and assertion libraries that ask are told that it is a set.
Object.setPrototypeOf(OwnRoom.prototype, Set.prototype);
Object.defineProperty(OwnRoom.prototype, 'constructor', { value: Set });
// Newer versions of Node have more of them: union(), isSubsetOf() …
for (const name of Object.getOwnPropertyNames(Set.prototype)) {
  if (Object.hasOwn(OwnRoom.prototype, name)) continue;
  const value = function (this: Iterable<string>, ...args: unknown[]): unknown {
    const set = new Set(this) as unknown as Record<string, (...args: unknown[]) => unknown>;
    return set[name]?.(...args);
  };
  Object.defineProperty(OwnRoom.prototype, name, { value });
}

function readOnly(): TypeError {
  return new TypeError('rooms are entered with join() and left with leave()');
}
