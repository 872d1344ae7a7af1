import type { IncomingMessage } from 'node:http';

/** Says that another server has passed a request on: the receiver answers it, whatever it thinks. */
export const FORWARDED = 'x-sio-forwarded';

/** The value of {@link FORWARDED} in a request that says: the client has hung up while its poll was waiting. */
export const CLIENT_GONE = 'gone';

/** Whether another server has passed a request on. */
export function wasForwarded({ headers }: IncomingMessage): boolean {
  return headers[FORWARDED] !== undefined;
}
