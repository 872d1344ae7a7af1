import type { IncomingMessage } from 'node:http';

/** Says that another server has passed a request on: the receiver answers it, whatever it thinks. */
export const FORWARDED = 'x-sio-forwarded';

/** The value of {@link FORWARDED} in a request that says: the client has hung up while its poll was waiting. */
export const CLIENT_GONE = 'gone';

/** The value of {@link FORWARDED} in a request that asks for an answer to the poll that waits: the server in between is about to end. */
export const RELEASE = 'release';

/** The value of {@link FORWARDED} in a request that says: the server that passes the session's WebSocket on is about to end. */
export const LEAVING = 'leaving';

/** Whether another server has passed a request on. */
export function wasForwarded({ headers }: IncomingMessage): boolean {
  return headers[FORWARDED] !== undefined;
}
