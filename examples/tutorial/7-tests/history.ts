import { appendFile, readFile } from 'node:fs/promises';

/** The name of the speaker, and the text. */
export type Line = [name: string, text: string];

const FILE = process.env.HISTORY ?? 'history.jsonl';
/** Lines that a visitor gets to read. */
const RECENT = 50;

export async function append(room: string, line: Line) {
  await appendFile(FILE, `${JSON.stringify([room, ...line])}\n`);
}

export async function recent(room: string): Promise<Line[]> {
  const text = await readFile(FILE, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.startsWith(`[${JSON.stringify(room)},`));
  return lines.slice(-RECENT).map((line) => JSON.parse(line).slice(1));
}
