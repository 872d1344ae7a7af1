import { redis } from './redis.js';

/** The name of the speaker, and the text. */
export type Line = [name: string, text: string];

const KEY = process.env.HISTORY ?? 'history';
/** Lines of a room that are kept. */
const RECENT = 50;

export async function append(room: string, line: Line) {
  await redis.rPush(`${KEY}:${room}`, JSON.stringify(line));
  await redis.lTrim(`${KEY}:${room}`, -RECENT, -1);
}

export async function recent(room: string): Promise<Line[]> {
  const lines = await redis.lRange(`${KEY}:${room}`, 0, -1);
  return lines.map((line) => JSON.parse(line));
}
