/** A value of a command line: JSON where it is JSON, else the text itself. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * The words of a line: `say "hello you" {"a": [1, 2]} plain`. Quotes, brackets and braces hold a word together.
 *
 * @returns the words as they are written
 */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let depth = 0;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote !== '') {
      word += char;
      if (char === '\\') word += line.charAt(++at);
      else if (char === quote) quote = '';
      continue;
    }
    if (/\s/.test(char) && depth === 0) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    // A quote inside a word is an apostrophe.
    if (char === '"' && (depth > 0 || word === '')) quote = char;
    else if ('{['.includes(char) && (depth > 0 || word === '')) depth++;
    else if ('}]'.includes(char) && depth > 0) depth--;
    word += char;
  }
  return word === '' ? words : [...words, word];
}

/** `JSON.stringify`, with bytes as `{"base64":"…"}`. Control characters are escaped, so that a server cannot steer the terminal. */
export function jsonOf(value: unknown): string {
  return (JSON.stringify(withoutBytes(value)) ?? 'null').replace(/[\p{Cc}\u2028\u2029]/gu, escaped);
}

/** The text of a server, without control characters. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function withoutBytes(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return { base64: Buffer.from(value).toString('base64') };
  if (ArrayBuffer.isView(value)) {
    return { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutBytes(each)]));
}

/** Whether a name fits a pattern, in which `*` stands for any text. */
export function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
