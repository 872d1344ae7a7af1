import { ServerResponse } from 'node:http';
import type { Context } from 'koa';

/**
 * Koa does not answer, and what runs on the way back up the stack sets no cookies: a poll is answered long after that, and
 * would give the browser the session as it was before a logout. For loggers there, the request has succeeded.
 */
export function leaveToUs(ctx: Context): void {
  ctx.respond = false;
  ctx.status = 200;
  ctx.res.setHeader = setHeaderButCookies;
}

const { setHeader } = ServerResponse.prototype;

function setHeaderButCookies(this: ServerResponse, ...args: Parameters<typeof setHeader>): ServerResponse {
  if (args[0].toLowerCase() !== 'set-cookie') setHeader.apply(this, args);
  return this;
}
