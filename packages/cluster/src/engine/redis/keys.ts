/** The number of slots of a Redis Cluster. */
const SLOTS = 16_384;
const POLYNOMIAL = 0x1021;
const TAG = /\{([^}]+)\}/;

/** The names of keys. */
export interface RedisKeys {
  /** The key for a name. */
  of(name: string): string;
  /** The key of the last place. It counts for all histories, as the messages of a link come in one order. */
  readonly clock: string;
}

/** Keys of one Redis. */
export const PLAIN_KEYS: RedisKeys = { of: (name) => name, clock: 'sio:place' };

/** The keys of a cluster's prefix on a Redis Cluster: all have the same hash tag, so that one node has them all. */
export class TaggedKeys implements RedisKeys {
  readonly #prefix: string;
  /** Begins all keys. */
  readonly #begin: string;
  readonly clock: string;
  /** The slot of all keys. */
  readonly slot: number;

  /** @param prefix begins all names. @param added begins all keys in the broker, besides: the client adds it. */
  constructor(prefix: string, added: string) {
    this.#prefix = prefix;
    // A prefix with a tag keeps it. One with a single brace would have another tag than it seems.
    this.#begin = TAG.test(prefix) ? prefix : `{${prefix.replace(/[{}]/g, '_') || 'sio'}}`;
    this.clock = `${this.#begin}:place`;
    this.slot = slotOf(added + this.clock);
  }

  of(name: string): string {
    return this.#begin + name.slice(this.#prefix.length);
  }
}

/** The slot of a key: that of the text between its first braces, if there is any. */
function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  return crc16(Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key)) % SLOTS;
}

/** CRC-16/XMODEM, which Redis uses. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
    crc &= 0xffff;
  }
  return crc;
}
