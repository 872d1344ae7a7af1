import type { IncomingMessage } from 'node:http';

/** The headers by which body parsers know that there is a body. */
const ANNOUNCEMENTS = ['content-length', 'transfer-encoding'] as const;

const hidden = new WeakMap<IncomingMessage, Partial<Record<(typeof ANNOUNCEMENTS)[number], string>>>();

/**
 * Lets a request pass body parsers unread. Theirs is the body of the application's requests: they would hold a connection's
 * messages to the limits of its forms, and make objects of them.
 */
export function hideBody(req: IncomingMessage): void {
  const { headers } = req;
  const announced: Record<string, string> = {};
  for (const name of ANNOUNCEMENTS) {
    const value = headers[name];
    if (value !== undefined) announced[name] = value;
    delete headers[name];
  }
  hidden.set(req, announced);
}

/** Undoes {@link hideBody}. */
export function showBody(req: IncomingMessage): void {
  Object.assign(req.headers, hidden.get(req));
  hidden.delete(req);
}
