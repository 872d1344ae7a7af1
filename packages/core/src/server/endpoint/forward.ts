import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { CLIENT_GONE, FORWARDED } from '../../internal/http/forwarded.js';
import { type Exchange, HANDLED, type Outcome } from '../../transport/exchange.js';
import { headerLines } from '../mount/reply.js';

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** The other server does not answer: it has gone, and has not been missed yet. */
const GONE = JSON.stringify({ code: 1, message: 'Session ID unknown', cause: 'other_node_gone' });

/** An upgrade that is for another server, until its socket comes. */
export class ForwardedUpgrade {
  /** The other server. */
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }
}

/** Passes requests on to the servers that their sessions live on. */
export class Forwarder {
  readonly #agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
  readonly #open = new Set<() => void>();

  /** @param url of the other server. */
  pass(exchange: Exchange, url: string): Outcome {
    if (exchange.upgrade) {
      exchange.plan = new ForwardedUpgrade(url);
      return { status: 101, headers: {}, body: '' };
    }
    const { req, res } = exchange;
    const body = bodyOf(exchange.body);
    exchange.take();
    const headers = withoutHops(req);
    if (body !== undefined) headers['content-length'] = String(body.length);
    const upstream = this.#request(url, req, headers);
    const end = () => upstream.destroy();
    this.#open.add(end);
    res.once('close', () => {
      const closing = !this.#open.delete(end);
      // The client may have its answer: then this does nothing.
      end();
      if (!res.writableFinished && req.method === 'GET' && !closing) this.#tellGone(url, req, headers);
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
      res.writeHead(400, { 'Content-Type': 'application/json' }).end(GONE);
    });
    if (body !== undefined) upstream.end(body);
    else if (req.method === 'GET') upstream.end();
    else req.pipe(upstream);
    return HANDLED;
  }

  /** Joins the socket of an upgrade with one to the other server. */
  join({ url }: ForwardedUpgrade, { req }: Exchange, socket: Duplex, head: Buffer): void {
    const headers = { ...withoutHops(req), connection: 'Upgrade', upgrade: 'websocket' };
    const upstream = this.#request(url, req, headers, false);
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
  #tellGone(url: string, req: IncomingMessage, headers: RequestOptions['headers']): void {
    const told = this.#request(url, req, { ...(headers as object), [FORWARDED]: CLIENT_GONE });
    told.once('error', nothing).once('response', (answer) => answer.resume());
    told.end();
  }

  #request(url: string, req: IncomingMessage, headers: RequestOptions['headers'], keepAlive = true) {
    const { originalUrl = req.url } = req as { originalUrl?: string };
    const target = new URL(originalUrl ?? '/', url);
    const { protocol } = target;
    const options = {
      method: req.method,
      headers: { [FORWARDED]: '1', ...(headers as object) },
      agent: keepAlive ? this.#agents[protocol as 'http:'] : false,
    } as const;
    return protocol === 'https:' ? requestHttps(target, options) : requestHttp(target, options);
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
