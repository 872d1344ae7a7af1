import { CodecError } from '../codec-error.js';
import { type CodecLimits, defaultLimits } from '../limits.js';
import { isContainer } from './json.js';
import type { Packet } from './packet.js';

/** Filling in one packet's attachments. */
interface Filling {
  readonly buffers: readonly Buffer[];
  /** Which attachments have found their place. */
  readonly used: boolean[];
  placed: number;
}

/**
 * Puts received attachments in place of their `{"_placeholder":true,"num":i}` marks and completes the packet.
 * Works in place, on data that the decoder made; attachments and placeholders must match one to one.
 *
 * @throws {CodecError} `bad_attachments`, `attachments_too_large` or `too_deep`
 */
export function attachBinary(packet: Packet, buffers: readonly Buffer[], limits: Partial<CodecLimits> = {}): Packet {
  checkSize(buffers, limits.maxAttachmentBytes ?? defaultLimits.maxAttachmentBytes);
  const filling: Filling = { buffers, used: [], placed: 0 };
  if (isContainer(packet.data)) fill(packet.data, filling, limits.maxDepth ?? defaultLimits.maxDepth);
  if (filling.placed !== buffers.length) {
    throw new CodecError('bad_attachments', `${buffers.length} attachments for ${filling.placed} placeholders`);
  }
  packet.attachments = 0;
  return packet;
}

function checkSize(buffers: readonly Buffer[], max: number): void {
  let bytes = 0;
  for (const buffer of buffers) bytes += buffer.length;
  if (bytes > max) throw new CodecError('attachments_too_large', `Attachments of ${bytes} bytes, limit ${max}`);
}

function fill(container: object, filling: Filling, levelsLeft: number): void {
  if (levelsLeft === 0) throw new CodecError('too_deep', 'Data with attachments is nested too deep');
  if (Array.isArray(container)) fillArray(container, filling, levelsLeft - 1);
  else fillFields(container as Record<string, unknown>, filling, levelsLeft - 1);
}

function fillArray(array: unknown[], filling: Filling, levelsLeft: number): void {
  for (let i = 0; i < array.length; i += 1) {
    const item = array[i];
    if (!isContainer(item)) continue;
    if (isPlaceholder(item)) array[i] = take(item, filling);
    else fill(item, filling, levelsLeft);
  }
}

function fillFields(object: Record<string, unknown>, filling: Filling, levelsLeft: number): void {
  // A field named `__proto__` is an own one in parsed JSON, so that reading and assigning it stay harmless.
  for (const key of Object.keys(object)) {
    const item = object[key];
    if (!isContainer(item)) continue;
    if (isPlaceholder(item)) object[key] = take(item, filling);
    else fill(item, filling, levelsLeft);
  }
}

interface Placeholder {
  num?: unknown;
}

function isPlaceholder(value: object): value is Placeholder {
  return Object.hasOwn(value, '_placeholder') && (value as { _placeholder: unknown })._placeholder === true;
}

function take(placeholder: Placeholder, filling: Filling): Buffer {
  const num = Object.hasOwn(placeholder, 'num') ? placeholder.num : undefined;
  const buffer = typeof num === 'number' ? filling.buffers[num] : undefined;
  if (typeof num !== 'number' || buffer === undefined) {
    throw new CodecError('bad_attachments', `Placeholder names none of ${filling.buffers.length} attachments`);
  }
  if (filling.used[num] === true) throw new CodecError('bad_attachments', `Attachment ${num} has two placeholders`);
  filling.used[num] = true;
  filling.placed += 1;
  return buffer;
}
