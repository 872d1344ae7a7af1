import type { Frame } from '../wire/frame.js';

/**
 * The messages that a client has got: all messages of a log up to a position, and besides those of its own server up to a number, which the log did not
 * have yet when the client got them.
 */
export interface Offset {
  /** The life of the log. */
  readonly epoch: string;
  readonly position: string;
  /** The client's server, if messages of its own were on their way to the log. */
  readonly node: string | undefined;
  readonly number: number;
}

/** A message, as far as its place goes. */
export type Placed = Pick<Frame, 'position' | 'sender' | 'number'>;

const OFFSET = /^([0-9a-z]{6})([0-9a-z]{14})(?:([\w-]{8})([0-9a-z]+))?$/;
/** Clients get this while the log cannot be reached, and has never been: it is no offset. */
export const NO_OFFSET = '-'.repeat(20);

export function writeOffset(epoch: string, position: string, node?: string, number?: number): string {
  return node === undefined ? epoch + position : `${epoch}${position}${node}${(number as number).toString(36)}`;
}

/** @returns undefined for any other text. */
export function readOffset(text: string): Offset | undefined {
  const [, epoch, position, node, number = '0'] = OFFSET.exec(text) ?? [];
  if (epoch === undefined || position === undefined) return undefined;
  return { epoch, position, node, number: Number.parseInt(number, 36) };
}

/** Whether a client with this offset has yet to get a message. */
export function isAfter({ position, sender, number }: Placed, offset: Offset): boolean {
  if ((position as string) <= offset.position) return false;
  return sender !== offset.node || isLater(number, offset.number);
}

/** Numbers of a server begin again after four billion. */
export function isLater(number: number, than: number): boolean {
  return ((number - than) | 0) > 0;
}
