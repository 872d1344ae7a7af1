import type { IncomingMessage } from 'node:http';

/**
 * The first header of this name, as it came. Reading one from `req.headers` makes Node sort all of them, which costs a poll
 * more than everything else that is done for it here.
 * @param name in lower case.
 */
export function rawHeader(req: IncomingMessage, name: string): string | undefined {
  const rawHeaders = req.rawHeaders as string[] | undefined;
  // Requests that a framework's tests make up may have none.
  if (rawHeaders === undefined) return req.headers[name] as string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i] as string;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return rawHeaders[i + 1];
  }
  return undefined;
}

/**
 * Sets `req._query`, an object of the query's parameters, which engine.io sets before the application's code sees a request and
 * which applications read without its being documented. The last of repeated parameters counts.
 */
export function withQuery<Request extends IncomingMessage>(req: Request): Request {
  const asked = req as Request & { _query?: Record<string, string> };
  asked._query ??= queryOf(req.url);
  return req;
}

const SESSION_ID = /(?:^|[?&])sid=[^&]/;

/** Whether a request target, or its query, names a session. An empty id is none, as for engine.io. */
export function namesSession(target: string): boolean {
  return SESSION_ID.test(target);
}

/**
 * What only a whole parser reads: escapes, spaces written as `+`, a second `?`, which it leaves out, and a name that an object has as a
 * property of its own only where it is defined as one.
 */
const NOT_PLAIN = /[%+?]|__proto__/;

/** The parameters of a request target; the last of repeated ones counts. */
export function queryOf(url = ''): Record<string, string> {
  const mark = url.indexOf('?');
  if (mark === -1) return {};
  const query = url.slice(mark + 1);
  if (NOT_PLAIN.test(query)) return Object.fromEntries(new URLSearchParams(query));
  const parameters: Record<string, string> = {};
  for (let start = 0; start < query.length; ) {
    const ampersand = query.indexOf('&', start);
    const end = ampersand === -1 ? query.length : ampersand;
    const equals = query.indexOf('=', start);
    const keyEnd = equals === -1 || equals > end ? end : equals;
    if (end > start) parameters[query.slice(start, keyEnd)] = query.slice(Math.min(keyEnd + 1, end), end);
    start = end + 1;
  }
  return parameters;
}

// ---- when a request came ----

/**
 * Login sessions that have ended in this process so far: a request that keeps the number can be asked whether its session has ended
 * since.
 */
export const endedSessions = { count: 0 };

const arrivals = new WeakMap<IncomingMessage, number>();

/** Notes when a request arrives that a framework may keep for a while before it reaches its mount. */
export function noteArrival(req: IncomingMessage): void {
  arrivals.set(req, endedSessions.count);
}

/** The number of {@link endedSessions} when a noted request arrived. */
export function arrivalOf(req: IncomingMessage): number | undefined {
  return arrivals.get(req);
}
