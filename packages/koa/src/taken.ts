import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';

/**
 * Koa does not answer, and what runs on the way back up the stack sets no cookies: a poll is answered long after that, and
 * would give the browser the session as it was before a logout. For loggers there, the request has succeeded.
 */
export function leaveToUs(ctx: Context): void {
  ctx.respond = false;
  try {
    ctx.status = 200;
  } catch {
    // A middleware has made it read-only.
  }
  Reflect.set(ctx.res, 'setHeader', setHeaderButCookies);
}

type SetHeader = ServerResponse['setHeader'];

/** The response's own class tells how: that of HTTP/2 is another one. */
function setHeaderButCookies(this: ServerResponse, ...args: Parameters<SetHeader>): ServerResponse {
  const { setHeader } = Object.getPrototypeOf(this) as { setHeader: SetHeader };
  if (args[0].toLowerCase() !== 'set-cookie') setHeader.apply(this, args);
  return this;
}
