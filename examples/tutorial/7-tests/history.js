import { appendFile, readFile } from 'node:fs/promises';

const FILE = process.env.HISTORY ?? 'history.jsonl';
/** Lines that a visitor gets to read. */
const RECENT = 50;

export async function append(room, line) {
  await appendFile(FILE, `${JSON.stringify([room, ...line])}\n`);
}

export async function recent(room) {
  const text = await readFile(FILE, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.startsWith(`[${JSON.stringify(room)},`));
  return lines.slice(-RECENT).map((line) => JSON.parse(line).slice(1));
}
