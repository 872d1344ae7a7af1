import type { ServerResponse } from 'node:http';
import { bytesTakenOf } from '../../internal/node-internals.js';

/** Answers to polls whose bytes still wait for the client; undefined while there are none, which is nearly always. */
export type UnreadAnswers = readonly ServerResponse[] | undefined;

/** @param answer has just been given. */
export function withAnswer(unread: UnreadAnswers, answer: ServerResponse): UnreadAnswers {
  const waits = isUnread(answer);
  if (unread === undefined) return waits ? [answer] : undefined;
  const left = unread.filter(isUnread);
  if (waits) left.push(answer);
  return left.length === 0 ? undefined : left;
}

/** One that is being compressed is yet to have bytes. */
function isUnread(answer: ServerResponse): boolean {
  return !answer.destroyed && !answer.writableFinished && (answer.writableLength > 0 || !answer.writableEnded);
}

export function bytesOf(unread: UnreadAnswers): number {
  let bytes = 0;
  if (unread !== undefined) for (const answer of unread) if (isUnread(answer)) bytes += answer.writableLength;
  return bytes;
}

/** See `Transport.bytesTaken`. */
export function takenOf(unread: UnreadAnswers): number {
  const answer = unread?.find(isUnread);
  return answer === undefined ? -1 : bytesTakenOf(answer.socket);
}

/** Closes them: their client is gone. */
export function giveUp(unread: UnreadAnswers): void {
  if (unread !== undefined) for (const answer of unread) if (isUnread(answer)) answer.destroy();
}
