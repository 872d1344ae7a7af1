// Reads just enough of a TypeScript file to know its imports and to tell code from comments and strings.

/**
 * @typedef {object} Source
 * @property {string} code  the text with comments blanked out; offsets stay
 * @property {string} bare  the same with the contents of strings, templates and regular expressions blanked too
 * @property {(offset: number) => number} lineAt
 */

/** A slash after one of these begins a regular expression; after anything else it divides. */
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|do|else|yield|await|instanceof|new|throw))\s*$/;
const REGEXP = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const STRING = /'(?:\\[\s\S]|[^'\\\n])*'?|"(?:\\[\s\S]|[^"\\\n])*"?/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y;
const LOOK_BACK = 40;

/**
 * @param {string} text
 * @returns {Source}
 */
export function readSource(text) {
  const scan = new Scan(text);
  scan.run();
  return { code: scan.code, bare: scan.bare, lineAt: (offset) => text.slice(0, offset).split('\n').length };
}

class Scan {
  code = '';
  bare = '';
  #at = 0;
  /** Open braces since each `${` that is still open. @type {number[]} */
  #holes = [];

  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  run() {
    while (this.#at < this.text.length) this.#step();
  }

  #step() {
    const char = this.text[this.#at];
    if (char === '/') this.#slash();
    else if (char === "'" || char === '"') this.#quoted(STRING);
    else if (char === '`') this.#template();
    else this.#plain(char ?? '');
  }

  #slash() {
    const comment = this.#match(COMMENT);
    if (comment !== '') this.#emit(blank(comment), blank(comment), comment.length);
    else if (BEFORE_REGEXP.test(this.bare.slice(-LOOK_BACK)) && this.#match(REGEXP) !== '') this.#quoted(REGEXP);
    else this.#emit('/', '/', 1);
  }

  /** @param {RegExp} pattern */
  #quoted(pattern) {
    const token = this.#match(pattern);
    const inside = blank(token.slice(1, -1));
    this.#emit(token, `${token[0]}${inside}${token.length > 1 ? token.at(-1) : ''}`, token.length);
  }

  #template() {
    this.#emit('`', '`', 1);
    this.#templateText();
  }

  #templateText() {
    const text = this.#match(TEMPLATE_TEXT);
    this.#emit(text, blank(text), text.length);
    if (this.text.startsWith('${', this.#at)) {
      this.#holes.push(0);
      this.#emit('${', '${', 2);
    } else this.#emit('`', '`', 1);
  }

  /** @param {string} char */
  #plain(char) {
    this.#emit(char, char, 1);
    const open = this.#holes.length - 1;
    if (open < 0) return;
    if (char === '{') this.#holes[open] = (this.#holes[open] ?? 0) + 1;
    if (char !== '}') return;
    if (this.#holes[open] !== 0) this.#holes[open] = (this.#holes[open] ?? 0) - 1;
    else {
      this.#holes.pop();
      this.#templateText();
    }
  }

  /** @param {RegExp} pattern */
  #match(pattern) {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text)?.[0] ?? '';
  }

  /** @param {string} code @param {string} bare @param {number} length */
  #emit(code, bare, length) {
    this.code += code;
    this.bare += bare;
    this.#at += length;
  }
}

/** @param {string} text */
function blank(text) {
  return text.replace(/[^\n]/g, ' ');
}

const IMPORTS = [
  /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(?=['"])/g,
  /\bimport\s*(?=['"])/g,
  /\b(?:import|require)\s*\(\s*(?=['"`])/g,
];

/**
 * Every module a file imports: static, type-only, re-exported, dynamic, required.
 *
 * @param {Source} source
 * @returns {{ specifier: string, line: number }[]}
 */
export function importsOf({ code, bare, lineAt }) {
  return IMPORTS.flatMap((pattern) =>
    [...bare.matchAll(pattern)].map((match) => {
      const start = match.index + match[0].length;
      const end = bare.indexOf(code[start] ?? '', start + 1);
      return { specifier: code.slice(start + 1, end), line: lineAt(start) };
    }),
  );
}
