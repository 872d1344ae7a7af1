import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** The finds of earlier runs: inputs that reach code of their own, and examples of differences. */
export interface Corpus {
  /** By name of the target. */
  readonly inputs: Record<string, string[]>;
  /** By name of the target, then by id of the difference. */
  readonly differences: Record<string, Record<string, string>>;
}

const FOLDER = new URL('../../corpus/', import.meta.url);
const FILES = {
  inputs: new URL('inputs.json', FOLDER),
  differences: new URL('differences.json', FOLDER),
  captures: new URL('captures.json', FOLDER),
};

export function readCorpus(): Corpus {
  return { inputs: read(FILES.inputs), differences: read(FILES.differences) };
}

/** Conversations of official clients, by client. */
export function readCaptures(): Record<string, string> {
  return read(FILES.captures);
}

export function writeCaptures(captures: Record<string, string>): void {
  writeFileSync(FILES.captures, ascii(captures));
}

function read<T>(file: URL): Record<string, T> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>) : {};
}

export function writeCorpus(corpus: Corpus): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(FILES.inputs, ascii(corpus.inputs));
  writeFileSync(FILES.differences, ascii(corpus.differences));
}

/** Editors and tools must not change these files, which hold all sorts of characters. */
function ascii(value: object): string {
  const json = JSON.stringify(value, undefined, 2);
  return `${json.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
