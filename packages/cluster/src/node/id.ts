import { randomBytes } from 'node:crypto';
import { ID_LENGTH } from '../wire/frame.js';

/** An id for a server: URL-safe characters, as it stands at the beginning of socket and session ids. */
export function newId(): string {
  return randomBytes(6).toString('base64url').slice(0, ID_LENGTH);
}
