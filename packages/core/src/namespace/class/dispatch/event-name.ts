const NOT_IN_NAME = /[^\p{L}\p{M}\p{N}]+/gu;

/**
 * The form in which an event and a method's name are compared: lower-case, only letters (of any script, with their
 * marks) and digits. `private message`, `private-message` and `privateMessage` are one. Linear in the name's length.
 */
export function foldEventName(name: string): string {
  // Not normalised to NFC, which takes quadratic time for long runs of marks. Stripped before lower-casing, since the
  // lower case of a sigma depends on what follows it.
  return name.replace(NOT_IN_NAME, '').toLowerCase();
}

const METHOD_NAME = /^on(?!\p{Ll})_*(.+)$/su;

/**
 * The event that a method serves by its name alone: `onChat` → `chat`, `onPrivateMessage` → `privateMessage`,
 * `on_private_message` → `private_message`. `undefined` for a name that only happens to begin with these letters
 * (`only`, `ongoing`): a helper must not become reachable by its English.
 */
export function eventOfMethod(method: string): string | undefined {
  const rest = METHOD_NAME.exec(method)?.[1];
  if (rest === undefined || foldEventName(rest) === '') return undefined;
  const first = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  return first.toLowerCase() + rest.slice(first.length);
}

const CACHED_NAMES = 256;
const CACHED_LENGTH = 64;

/**
 * Remembers what spellings from the wire stand for. Clients choose them, so it holds at most 256 of at most 64
 * characters and starts anew when it is full.
 */
export class SpellingCache<T> {
  readonly #spellings = new Map<string, T>();

  get(spelling: string): T | undefined {
    return this.#spellings.get(spelling);
  }

  set(spelling: string, value: T): void {
    if (spelling.length > CACHED_LENGTH) return;
    if (this.#spellings.size >= CACHED_NAMES) this.#spellings.clear();
    this.#spellings.set(spelling, value);
  }

  get size(): number {
    return this.#spellings.size;
  }
}
