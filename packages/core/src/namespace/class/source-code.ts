/** Behind these, a slash begins a regular expression. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{;+\-*%<>~^]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await))\s*$/;

/**
 * The source of a function or class with everything blanked that is not code: comments, texts, regular expressions. Positions stay
 * as they are. Code in the `${}` of a template stays.
 */
export function codeOf(source: string): string {
  let code = '';
  /** For each template that is open, how many braces are open in its `${}`. */
  const templates: number[] = [];
  const blankTo = (end: number) => {
    code += source.slice(code.length, end).replace(/[^\n]/g, ' ');
  };
  const template = (from: number) => {
    const end = endOfTemplate(source, from);
    const isCode = source.startsWith('${', end);
    if (isCode) templates.push(0);
    blankTo(isCode ? end + 2 : end + 1);
  };
  while (code.length < source.length) {
    const at = code.length;
    const char = source[at] as string;
    const open = templates.length - 1;
    if (source.startsWith('//', at)) blankTo(indexOr(source, '\n', at));
    else if (source.startsWith('/*', at)) blankTo(indexOr(source, '*/', at) + 2);
    else if (char === '"' || char === "'") blankTo(endOfText(source, at) + 1);
    else if (char === '`') template(at + 1);
    else if (char === '/' && BEFORE_REGEX.test(code.slice(-20))) blankTo(endOfRegex(source, at) + 1);
    else if (char === '}' && templates[open] === 0) {
      templates.pop();
      template(at + 1);
    } else {
      if (open >= 0 && char === '{') templates[open] = (templates[open] as number) + 1;
      if (open >= 0 && char === '}') templates[open] = (templates[open] as number) - 1;
      code += char;
    }
  }
  return code;
}

function indexOr(source: string, wanted: string, from: number): number {
  const index = source.indexOf(wanted, from);
  return index === -1 ? source.length : index;
}

function endOfText(source: string, from: number): number {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === source[from]) return at;
  }
  return source.length;
}

/** The place of the backtick, or of the `${`, that ends a piece of text. */
function endOfTemplate(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '`' || source.startsWith('${', at)) return at;
  }
  return source.length;
}

function endOfRegex(source: string, from: number): number {
  let isInClass = false;
  for (let at = from + 1; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
    else if (char === '/' && !isInClass) return at;
  }
  return source.length;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The place behind the bracket that closes the one at `from`; -1 when there is none. */
export function behindBracket(code: string, from: number): number {
  const open: string[] = [];
  for (let at = from; at < code.length; at++) {
    const char = code[at] as string;
    const closing = CLOSING[char];
    if (closing !== undefined) open.push(closing);
    else if (char === open.at(-1)) {
      open.pop();
      if (open.length === 0) return at + 1;
    } else if (char === ')' || char === ']' || char === '}') return -1;
  }
  return -1;
}

/** The place of the first of `chars` that stands in no bracket; -1 when there is none. */
export function outsideBrackets(code: string, from: number, chars: string): number {
  for (let at = from; at >= 0 && at < code.length; at++) {
    const char = code[at] as string;
    if (chars.includes(char)) return at;
    if (char in CLOSING) at = behindBracket(code, at) - 1;
    if (at < 0) return -1;
  }
  return -1;
}
