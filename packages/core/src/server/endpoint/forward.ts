import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { CLIENT_GONE, FORWARDED } from '../../internal/http/forwarded.js';
import type { SessionOwner } from '../../internal/http/session-router.js';
import { type Exchange, HANDLED, type Outcome, type Reply } from '../../transport/exchange.js';
import type { ProtocolHandler } from '../../virtual-socket/dialect.js';
import { pathOf, queryOf } from '../mount/paths.js';
import { headerLines, sendReply } from '../mount/reply.js';

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** The other server does not answer: it has gone, and has not been missed yet. */
const GONE: Reply = {
  status: 400,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  body: JSON.stringify({ code: 1, message: 'Session ID unknown', cause: 'other_node_gone' }),
};

/** An upgrade that is for another server, until its socket comes. */
export class ForwardedUpgrade {
  /** The other server. */
  readonly owner: SessionOwner;

  constructor(owner: SessionOwner) {
    this.owner = owner;
  }
}

/** Passes requests on to the servers that their sessions live on. */
export class Forwarder {
  readonly #agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
  readonly #open = new Set<() => void>();

  /** @param owner the other server. */
  pass(exchange: Exchange, owner: SessionOwner): Outcome {
    if (exchange.upgrade) {
      exchange.plan = new ForwardedUpgrade(owner);
      return { status: 101, headers: {}, body: '' };
    }
    const { req, res } = exchange;
    const body = bodyOf(exchange.body);
    exchange.take();
    const headers = withoutHops(req);
    if (body !== undefined) headers['content-length'] = String(body.length);
    const upstream = this.#request(owner, req, headers);
    const end = () => upstream.destroy();
    this.#open.add(end);
    res.once('close', () => {
      const closing = !this.#open.delete(end);
      // The client may have its answer: then this does nothing.
      end();
      if (!res.writableFinished && req.method === 'GET' && !closing) this.#tellGone(owner, req, headers);
    });
    upstream.once('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, withoutHops(answer));
      answer.pipe(res);
      answer.once('error', () => res.destroy());
    });
    upstream.once('error', () => {
      if (res.headersSent) {
        res.destroy();
        return;
      }
      sendReply(res, (exchange.handler as ProtocolHandler).sessionLost?.(exchange) ?? GONE);
    });
    if (body !== undefined) upstream.end(body);
    else if (req.method === 'GET') upstream.end();
    else req.pipe(upstream);
    return HANDLED;
  }

  /** Joins the socket of an upgrade with one to the other server. */
  join({ owner }: ForwardedUpgrade, { req }: Exchange, socket: Duplex, head: Buffer): void {
    const headers = { ...withoutHops(req), connection: 'Upgrade', upgrade: 'websocket' };
    const upstream = this.#request(owner, req, headers, false);
    const end = () => {
      upstream.destroy();
      socket.destroy();
    };
    this.#open.add(end);
    socket.on('error', end);
    socket.once('close', () => {
      this.#open.delete(end);
      upstream.destroy();
    });
    upstream.once('error', end);
    upstream.once('upgrade', (answer, other, first) => {
      socket.write(headOf(answer));
      if (first.length > 0) socket.write(first);
      if (head.length > 0) other.write(head);
      other.on('error', end);
      other.once('close', () => socket.destroy());
      socket.once('close', () => other.destroy());
      other.pipe(socket);
      socket.pipe(other);
    });
    upstream.once('response', (answer) => {
      socket.write(headOf(answer, 'Connection: close'));
      answer.pipe(socket);
    });
    upstream.end();
  }

  /** The other server cannot tell the end of the client from that of this server. */
  #tellGone(owner: SessionOwner, req: IncomingMessage, headers: RequestOptions['headers']): void {
    const told = this.#request(owner, req, { ...(headers as object), [FORWARDED]: CLIENT_GONE });
    told.once('error', nothing).once('response', (answer) => answer.resume());
    told.end();
  }

  /** The address is that of the owner whatever the client has sent: its target may have a host of its own. */
  #request(
    { url, tls, connect }: SessionOwner,
    req: IncomingMessage,
    headers: RequestOptions['headers'],
    keepAlive = true,
  ) {
    const { originalUrl = req.url } = req as { originalUrl?: string };
    const options = {
      method: req.method,
      path: pathAndQuery(originalUrl ?? '/'),
      headers: { [FORWARDED]: '1', ...(headers as object) },
    };
    if (connect !== undefined) {
      return requestHttp({ ...options, createConnection: () => connect(req.socket.remoteAddress) });
    }
    const { protocol, hostname, port } = urlToHttpOptions(new URL(url as string));
    const target = {
      ...options,
      hostname,
      port,
      agent: keepAlive ? this.#agents[protocol as 'http:'] : false,
    } as const;
    if (protocol !== 'https:') return requestHttp(target);
    // Without a name, Node expects the certificate of the host that the client has asked for.
    const servername = tls?.servername ?? (isIP(hostname as string) === 0 ? (hostname as string) : '');
    return requestHttps({ ...target, ...tls, servername });
  }

  /** Ends all that is passed on: this server closes. */
  close(): void {
    const open = [...this.#open];
    this.#open.clear();
    for (const end of open) end();
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

function nothing(): void {}

/** Absolute targets have a scheme and a host in front of the path. */
function pathAndQuery(target: string): string {
  if (target.startsWith('/')) return target;
  const query = queryOf(target);
  return query === '' ? pathOf(target) : `${pathOf(target)}?${query}`;
}

function withoutHops({ headers }: IncomingMessage): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.includes(name) && !name.startsWith(':')) kept[name] = value;
  }
  return kept;
}

/** A body that a parser in front has read. */
function bodyOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body as Uint8Array);
  const form = new URLSearchParams(Object.entries((body ?? {}) as Record<string, string>));
  return Buffer.from(form.toString());
}

function headOf(answer: IncomingMessage, ...more: string[]): string {
  const { statusCode, statusMessage, headers } = answer;
  const kept = statusCode === 101 ? headers : withoutHops(answer);
  const lines = headerLines(kept as Record<string, string | string[]>);
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, ...more, '', ''].join('\r\n');
}
