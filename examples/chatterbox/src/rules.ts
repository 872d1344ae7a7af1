import { ClientError } from '@sio/core';

const NAME_LENGTH = 20;
const LINE_LENGTH = 1000;
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Invisible itself, but part of what is seen: between the people of a family's emoji, and within Persian names. */
const JOINERS =
  /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D(?=\p{Extended_Pictographic})|(?<=\p{Script=Arabic})\u200C(?=\p{Script=Arabic})/gu;

/** A name that can be shown. The visitor reads the text of a {@link ClientError}. */
export function checkName(input: unknown): string {
  const name = typeof input === 'string' ? input.normalize('NFC').trim().replace(/\s+/g, ' ') : '';
  if (name === '') throw new ClientError('name_empty', 'Please type a name.');
  if ([...name].length > NAME_LENGTH) {
    throw new ClientError('name_too_long', `Please choose a name of at most ${NAME_LENGTH} characters.`);
  }
  if (INVISIBLE.test(name.replace(JOINERS, ''))) {
    throw new ClientError('name_invisible', 'Please use visible characters only.');
  }
  return name;
}

/** A line that says something and is not a book. */
export function checkLine(input: unknown): string {
  const text = typeof input === 'string' ? input.trim() : '';
  if (text === '') throw new ClientError('line_empty', 'Please say something.');
  if (text.length > LINE_LENGTH) {
    throw new ClientError('line_too_long', `This line has ${text.length} characters. ${LINE_LENGTH} are allowed.`);
  }
  return text;
}
