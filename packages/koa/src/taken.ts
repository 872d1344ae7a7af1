import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';

/**
 * Koa does not answer, and middlewares on the way back up the stack set no cookies: the poll is answered long after that, and
 * the cookie would restore a session from before a logout. Loggers there see a successful request.
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

/** Uses the response's own class, because HTTP/2 has another one. */
function setHeaderButCookies(this: ServerResponse, ...args: Parameters<SetHeader>): ServerResponse {
  const { setHeader } = Object.getPrototypeOf(this) as { setHeader: SetHeader };
  if (args[0].toLowerCase() !== 'set-cookie') setHeader.apply(this, args);
  return this;
}
