import type { AnyClass } from '../class-error.js';
import { behindBracket, codeOf, outsideBrackets } from '../source-code.js';

/** A field that the source of a class gives to each of its objects. */
export interface SourceField {
  readonly name: string;
  /** Whether its value is a function that is written there. */
  readonly isFunction: boolean;
  /** Assigned by the constructor: a setter of the base's would take it. */
  readonly isAssigned: boolean;
}

const NAME = /[\w$]+|#[\w$]+/y;
const MODIFIERS = /(?:(?:static|async|get|set|accessor)(?=\s+[\w$#[*]|\s*[*{])\s*|\*\s*)*/y;
const FUNCTION = /^\s*(?:async\b\s*)?(?:function\b|[\w$]+\s*=>)/;
const ASSIGNMENT = /\bthis\.([\w$]+)\s*=(?![=>])/g;
/** The form that compilers give a field for older runtimes. */
const DEFINITION = /\b(?:_defineProperty|__publicField)\(this,\s*["']([\w$]+)["'],/g;

/**
 * The fields that the source of a class shows, without running any of it. Only a class as the language has it, and only what is
 * certain: where the source is not understood, nothing more is found, and the first object tells.
 */
export function sourceFields(ctor: AnyClass): readonly SourceField[] {
  const source = Function.prototype.toString.call(ctor);
  if (!/^class\b/.test(source)) return [];
  const code = codeOf(source);
  const open = outsideBrackets(code, 0, '{');
  const fields: SourceField[] = [];
  if (open !== -1) readBody(source, code, open + 1, fields);
  return fields;
}

function readBody(source: string, code: string, from: number, fields: SourceField[]): void {
  let at = from;
  while (at > 0) {
    at = skip(code, at, /[\s;]*/y);
    const modifiers = code.slice(at, skip(code, at, MODIFIERS));
    at += modifiers.length;
    const name = match(code, at, NAME);
    // A computed name, a name in quotes, a static block, a decorator, or the end.
    if (name === undefined) {
      if (code[at] !== '[' && code[at] !== '{') return;
      at = afterMember(code, behindBracket(code, at));
      continue;
    }
    const behind = skip(code, at + name.length, /\s*/y);
    if (code[behind] === '(') {
      const end = afterMember(code, behind);
      if (name === 'constructor') readConstructor(source, code, behind, end, fields);
      at = end;
    } else if (code[behind] === '=' || code[behind] === ';' || code[behind] === '}') {
      const end = code[behind] === '=' ? endOfField(code, behind + 1) : behind;
      const isOwn = !name.startsWith('#') && !/static|accessor/.test(modifiers);
      const value = code[behind] === '=' ? code.slice(behind + 1, end) : '';
      if (isOwn) fields.push({ name, isFunction: isFunction(value), isAssigned: false });
      at = end === -1 || code[end] === '}' ? -1 : end + 1;
    } else return;
  }
}

/** Behind a method's body, or the static block that ended there. */
function afterMember(code: string, from: number): number {
  if (from < 1) return -1;
  const next = skip(code, from, /\s*/y);
  if (code[next] === '(') return afterMember(code, behindBracket(code, next));
  return code[next] === '{' ? behindBracket(code, next) : from;
}

/** The place of the semicolon, or of the brace that ends the class. */
function endOfField(code: string, from: number): number {
  return outsideBrackets(code, from, ';}');
}

function isFunction(value: string): boolean {
  if (FUNCTION.test(value)) return true;
  const open = skip(value, 0, /\s*(?:async\b\s*)?/y);
  if (value[open] !== '(') return false;
  const end = behindBracket(value, open);
  return end !== -1 && /^\s*=>/.test(value.slice(end));
}

/** Assignments that the constructor makes in any case: those in no block. */
function readConstructor(source: string, code: string, from: number, end: number, fields: SourceField[]): void {
  const open = code.indexOf('{', behindBracket(code, from));
  if (open === -1 || end === -1) return;
  const isOutside = (at: number) => depthAt(code, open + 1, at) === 0;
  for (const { 0: text, 1: name = '', index } of code.slice(0, end).matchAll(ASSIGNMENT)) {
    if (index < open || !isOutside(index)) continue;
    const value = index + text.length;
    const isWritten = isFunction(code.slice(value, outsideBrackets(code, value, ';}')));
    fields.push({ name, isFunction: isWritten, isAssigned: true });
  }
  for (const { 0: text, 1: name = '', index } of source.slice(0, end).matchAll(DEFINITION)) {
    // In a text the code is blank there.
    if (index < open || code[index] === ' ' || !isOutside(index)) continue;
    const value = code.slice(index + text.length, outsideBrackets(code, index + text.length, ')'));
    fields.push({ name, isFunction: isFunction(value), isAssigned: false });
  }
}

function depthAt(code: string, from: number, to: number): number {
  let depth = 0;
  for (let at = from; at < to; at++) {
    if ('([{'.includes(code[at] as string)) depth++;
    else if (')]}'.includes(code[at] as string)) depth--;
  }
  return depth;
}

function skip(code: string, at: number, pattern: RegExp): number {
  return at + (match(code, at, pattern)?.length ?? 0);
}

/** @param pattern a sticky one */
function match(code: string, at: number, pattern: RegExp): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0];
}
