import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { CLIENT_GONE, FORWARDED, LEAVING, RELEASE } from '../../internal/http/forwarded.js';
import type { Passage } from '../../internal/http/passages.js';
import type { SessionOwner } from '../../internal/http/session-router.js';
import { serverOf } from '../../internal/node-internals.js';
import { genuineTimeout } from '../../internal/time/genuine.js';
import { type Exchange, HANDLED, type Outcome, type Reply } from '../../transport/exchange.js';
import type { ProtocolHandler } from '../../virtual-socket/dialect.js';
import type { Engine } from '../../virtual-socket/engine.js';
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

/** A client that does not read has this time (ms) for the last bytes of a server that has ended. */
const LAST_BYTES = 1000;

/** Passes requests on to the servers that their sessions live on. */
export class Forwarder {
  readonly #engine: Engine;
  readonly #agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };

  constructor(engine: Engine) {
    this.#engine = engine;
  }

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
    const passage: Passage = {
      isSocket: false,
      server: serverOf(req.socket),
      leave: () => {
        if (req.method === 'GET') this.#tell(RELEASE, owner, req, headers);
      },
      cut: () => {
        this.#engine.passages.delete(passage);
        upstream.destroy();
      },
    };
    this.#begin(passage);
    res.once('close', () => {
      const isCut = !this.#engine.passages.has(passage);
      this.#engine.passages.delete(passage);
      // The client may have its answer: then this does nothing.
      upstream.destroy();
      // The other server cannot tell the end of the client from that of this server.
      if (!res.writableFinished && req.method === 'GET' && !isCut) this.#tell(CLIENT_GONE, owner, req, headers);
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
    const kept = withoutHops(req);
    const headers = { ...kept, connection: 'Upgrade', upgrade: 'websocket' };
    const upstream = this.#request(owner, req, headers, false);
    let isJoined = false;
    let isTold = false;
    const end = () => {
      this.#engine.passages.delete(passage);
      upstream.destroy();
      socket.destroy();
    };
    const passage: Passage = {
      isSocket: true,
      server: serverOf(req.socket),
      // Earlier, the other server would not know which WebSocket is meant.
      leave: () => {
        if (!isJoined || isTold) return;
        isTold = true;
        this.#tell(LEAVING, owner, req, kept, () => {
          isTold = false;
        });
      },
      cut: end,
    };
    this.#begin(passage);
    socket.on('error', end);
    socket.once('close', end);
    upstream.once('error', end);
    upstream.once('upgrade', (answer, other, first) => {
      isJoined = true;
      socket.write(headOf(answer));
      if (first.length > 0) socket.write(first);
      if (head.length > 0) other.write(head);
      other.on('error', end);
      other.once('close', () => endAfterLastBytes(socket));
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

  #begin(passage: Passage): void {
    const { passages } = this.#engine;
    passages.add(passage, this.#engine.isLeaving(passage.server));
  }

  /** Says something about a request or a WebSocket that is passed on. @param failed the other server has not heard it. */
  #tell(
    word: string,
    owner: SessionOwner,
    req: IncomingMessage,
    headers: Readonly<Record<string, string | string[]>>,
    failed = nothing,
  ): void {
    // The request that it repeats may have had a body.
    const { 'content-length': _length, ...kept } = headers;
    const told = this.#request(owner, req, { ...kept, [FORWARDED]: word });
    told.once('error', failed).once('response', (answer) => {
      answer.resume();
      if (answer.statusCode !== 200) failed();
    });
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

  /** Nothing is passed on any more: this server closes. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

/** Ends a socket when the last bytes of the other server have reached the client. */
function endAfterLastBytes(socket: Duplex): void {
  if (socket.writableFinished) return void socket.destroy();
  socket.once('finish', () => socket.destroy());
  socket.end();
  genuineTimeout(() => socket.destroy(), LAST_BYTES).unref();
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
