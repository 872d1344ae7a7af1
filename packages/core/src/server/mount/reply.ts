import { type OutgoingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Reply } from '../../transport/exchange.js';
import { failResponse } from './guarded-response.js';

type Value = string | string[];

/** Headers that add to what is there already, instead of replacing it. */
const ADDING = new Set(['set-cookie', 'vary']);

/** What a 101 must not carry: about a body, about the connection, or `ws`'s own business. */
const NOT_ON_SWITCH = /^(?:content-.*|connection|transfer-encoding|upgrade|keep-alive|date|trailer|sec-websocket-.*)$/;

/** The value of a header that `before` is already set to, once a reply adds `value`. */
export function mergedHeader(name: string, before: number | Value | undefined, value: Value): Value {
  if (before === undefined || !ADDING.has(name.toLowerCase())) return value;
  const all = [before, value].flat().map(String);
  return name.toLowerCase() === 'vary' ? [...new Set(all.flatMap((line) => line.split(/ *, */)))].join(', ') : all;
}

/** Sets a reply's headers on a response, beside the cookies and `Vary` that are there. */
export function setHeaders(res: OutgoingMessage, headers: Reply['headers']): void {
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) res.setHeader(name, mergedHeader(name, res.getHeader(name), value));
  }
}

/**
 * Answers with a reply, through whatever wraps the response. When that fails, by code of the application, the response is
 * closed.
 */
export function sendReply(res: ServerResponse, reply: Reply): void {
  try {
    prepareStatus(res, reply.status);
    setHeaders(res, reply.headers);
    if (hasBody(reply.status)) res.setHeader('Content-Length', Buffer.byteLength(reply.body));
    res.end(reply.body);
  } catch (error) {
    failResponse(res, error);
  }
}

/** Sets the status. A status message that a middleware has set belongs to another status, or cannot be sent at all. */
export function prepareStatus(res: ServerResponse, status: number): void {
  res.statusCode = status;
  if (res.req.httpVersionMajor < 2) res.statusMessage = '';
  // Both need a body in chunks.
  res.removeHeader('Trailer');
  res.removeHeader('Transfer-Encoding');
}

function hasBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}

/** A response's headers as lines for a 101. */
export function switchingLines(res: OutgoingMessage): string[] {
  const names = res.getHeaderNames();
  return names.flatMap((name) => lines(name, res.getHeader(name))).filter(belongsOnSwitch);
}

/** Headers as lines, one per value. */
export function headerLines(headers: Reply['headers']): string[] {
  const all: string[] = [];
  for (const name in headers) all.push(...lines(name, headers[name]));
  return all;
}

function lines(name: string, value: number | Value | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map((one) => `${name}: ${one}`) : [`${name}: ${value}`];
}

/** Whether a header, as a line, may stand on a 101. */
export function belongsOnSwitch(line: string): boolean {
  return !NOT_ON_SWITCH.test(line.slice(0, line.indexOf(':')).toLowerCase());
}

/** Answers an upgrade on the bare socket and closes it: the one way out for whoever never gets a response object. */
export function refuse(socket: Duplex, reply: Reply): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  // Nobody else listens any more, and the client may reset the connection while this is being written.
  socket.on('error', destroyIt);
  const head = [
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}`,
    ...headerLines(reply.headers),
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(reply.body)}`,
  ];
  // No header may end its line early, whatever it was made from.
  socket.write(`${head.map((line) => line.replace(/[\r\n]/g, ' ')).join('\r\n')}\r\n\r\n`);
  if (reply.body.length > 0) socket.write(reply.body);
  closeSocket(socket);
}

/** What remains to be done when a socket fails. */
export function destroyIt(this: Duplex): void {
  this.destroy();
}

/** Destroys a socket as soon as what was written to it is out, even if the client keeps its own half open. */
export function closeSocket(socket: Duplex & { destroySoon?: () => void }): void {
  // Bytes left unread would make the kernel reset the connection, and the client lose the answer.
  socket.resume();
  if (socket.destroySoon !== undefined) socket.destroySoon();
  else socket.end(() => socket.destroy());
}

/** A plain-text reply. */
export function textReply(status: number): Reply {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: STATUS_CODES[status] ?? '' };
}
