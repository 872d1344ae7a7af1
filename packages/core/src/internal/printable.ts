/**
 * Characters that a terminal or a log reader acts on: C0 and C1 controls, DEL, the line and paragraph separators, and the marks
 * that turn the direction of text.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Makes text from a client safe to print: control characters become `\n`, `\x1b` or `\u202e`, so that a name cannot forge a line of
 * a log or drive a terminal.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The same for a text of several lines, such as a stack trace: tabs and line breaks stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (LAYOUT.has(character) ? character : escaped(character)));
}

const LAYOUT = new Set(['\t', '\n']);

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
