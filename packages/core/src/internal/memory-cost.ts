/** Bytes of an object beside its properties: header, hidden class, first slots. */
const OBJECT = 56;
/** Bytes of a property, with its share of the table that the names stand in. */
const PROPERTY = 24;
/** Bytes of a string, array or buffer beside what it holds. */
const HEADER = 24;
/** Bytes of a number, or of a reference to something else. */
const SLOT = 8;

/** How to estimate. */
export interface CostOptions {
  /** The estimate ends when it is above this. @default never */
  readonly enough?: number;
  /** Values to look at; the rest count as if they were like these. @default all */
  readonly mostValues?: number;
  /** Bytes of a buffer or a view of one. @default those of all the memory behind it, which counts once */
  readonly bytesOf?: (bytes: ArrayBufferView | ArrayBufferLike) => number;
}

/**
 * Estimates the bytes that a value keeps in memory: what it costs, which can be twenty times what it has as JSON. Each object
 * counts once. Code of the application that fails while its objects are read ends the estimate early, and goes no further.
 */
export function memoryCost(value: unknown, options: CostOptions = {}): number {
  const estimate = new Estimate(options);
  try {
    estimate.visit(value);
  } catch {
    // A getter or a proxy: what has been counted so far stands.
  }
  return estimate.cost;
}

class Estimate {
  cost = 0;
  #looked = 0;
  /** Objects whose contents have been counted, and the bytes of these without the items of lists. */
  #opened = 0;
  #contained = 0;
  readonly #enough: number;
  readonly #most: number;
  readonly #bytesOf: CostOptions['bytesOf'];
  readonly #seen = new Set<object>();
  readonly #open: object[] = [];

  constructor({ enough = Number.POSITIVE_INFINITY, mostValues = Number.POSITIVE_INFINITY, bytesOf }: CostOptions) {
    this.#enough = enough;
    this.#most = mostValues;
    this.#bytesOf = bytesOf;
  }

  visit(value: unknown): void {
    this.#count(value);
    for (let next = this.#open.pop(); next !== undefined && this.cost <= this.#enough; next = this.#open.pop()) {
      if (this.#looked >= this.#most) return this.#extrapolate();
      this.#contents(next);
    }
  }

  #count(value: unknown): void {
    this.#looked++;
    if (typeof value === 'string') this.cost += HEADER + Buffer.byteLength(value);
    else if (typeof value === 'bigint') this.cost += HEADER + SLOT;
    else if (typeof value === 'object' && value !== null && !this.#seen.has(value)) {
      this.#seen.add(value);
      this.#open.push(value);
    }
  }

  #contents(object: object): void {
    this.#opened++;
    if (Array.isArray(object)) return this.#list(object);
    const before = this.cost;
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) this.#bytes(object);
    else this.#properties(object);
    this.#contained += this.cost - before;
  }

  #properties(object: object): void {
    this.cost += OBJECT;
    if (object instanceof Map) for (const [key, value] of object) this.#pair(key, value);
    else if (object instanceof Set) for (const member of object) this.#pair(undefined, member);
    for (const key of Object.keys(object)) this.#pair(undefined, (object as Record<string, unknown>)[key]);
  }

  #list(list: readonly unknown[]): void {
    this.cost += HEADER + list.length * SLOT;
    // Not `for…of`: an array may have holes, and billions of them.
    if (this.cost <= this.#enough && list.length <= this.#most)
      for (let i = 0; i < list.length; i++) this.#count(list[i]);
  }

  #pair(key: unknown, value: unknown): void {
    this.cost += PROPERTY;
    if (key !== undefined) this.#count(key);
    this.#count(value);
  }

  #bytes(bytes: ArrayBufferView | ArrayBufferLike): void {
    this.cost += OBJECT + HEADER;
    if (this.#bytesOf !== undefined) this.cost += this.#bytesOf(bytes);
    else {
      const buffer = backingOf(bytes);
      if (this.#seen.has(buffer)) return;
      this.#seen.add(buffer);
      this.cost += buffer.byteLength;
    }
  }

  /** Values that are still to be looked at count like those that have been. */
  #extrapolate(): void {
    this.cost += Math.ceil((this.#contained / this.#opened) * this.#open.length);
  }
}

/** The memory that a view shows a part of. */
export function backingOf(bytes: ArrayBufferView | ArrayBufferLike): ArrayBufferLike {
  return ArrayBuffer.isView(bytes) ? bytes.buffer : bytes;
}
