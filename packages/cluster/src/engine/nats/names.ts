import { hash } from 'node:crypto';
import type { StreamInfo } from './jetstream.js';

/** The kind of messages that are copies, as a part of their subjects. */
export const COPY = 'copy';
/** Stands for a history in the subjects of messages that no history has. */
export const NO_HISTORY = '-';

/** Names of streams and subjects lack characters that names of logs and sessions have. */
export function digest(name: string | Uint8Array): string {
  return hash('sha1', name);
}

/** @param id the digest of a log's name. */
export function streamOf(id: string): string {
  return `sio-log-${id}`;
}

/** The life of a stream. */
export function epochOf({ created }: StreamInfo): string {
  return digest(created).slice(0, 6);
}
