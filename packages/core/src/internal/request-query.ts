import type { IncomingMessage } from 'node:http';

/**
 * Sets `req._query`, an object of the query's parameters, which engine.io sets before the application's code sees a request and
 * which applications read without its being documented. The last of repeated parameters counts.
 */
export function withQuery<Request extends IncomingMessage>(req: Request): Request {
  const asked = req as Request & { _query?: Record<string, string> };
  asked._query ??= Object.fromEntries(new URLSearchParams(queryOf(req.url)));
  return req;
}

function queryOf(url = ''): string {
  const mark = url.indexOf('?');
  return mark === -1 ? '' : url.slice(mark + 1);
}
