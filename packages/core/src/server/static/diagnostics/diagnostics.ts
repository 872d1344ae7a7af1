import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Exchange, NEXT, type Outcome } from '../../../transport/exchange.js';
import type { ServedFiles } from '../served-files.js';
import { PAGE } from './page.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

const COOKIE = 'sio-diagnostics';

/** Headers in which proxies say who asked them, and for what. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'via'] as const;

const FILES: ReadonlyMap<string, readonly [type: string, body: string]> = new Map([
  ['diagnostics', ['text/html; charset=utf-8', PAGE]],
  ['diagnostics/page.js', ['text/javascript; charset=utf-8', SCRIPT]],
  ['diagnostics/page.css', ['text/css; charset=utf-8', STYLE]],
]);

const REPORT = 'diagnostics/report';

/** The server's view of a request, which the page compares with its own. */
interface Report {
  /** One for each server: tells whether several answer. */
  readonly instance: string;
  readonly pid: number;
  /** Transports that the server speaks. */
  readonly transports: readonly string[];
  /** The host that the server compares origins to. */
  readonly host: string | undefined;
  /** The client's address, as the server sees it. */
  readonly address: string | undefined;
  readonly secure: boolean;
  readonly forwarded: Readonly<Record<string, string>>;
  /** Whether the cookie of an earlier report came back. */
  readonly cookie: boolean;
}

/**
 * The page of the option `diagnostics`, on which a browser tries everything that a client needs. It tells its visitors how their
 * requests reach the server.
 */
export class DiagnosticsPage implements ServedFiles {
  readonly #instance = randomUUID();
  readonly #transports: readonly string[];

  constructor(transports: readonly string[]) {
    this.#transports = transports;
  }

  has(name: string): boolean {
    return name === REPORT || FILES.has(name);
  }

  serve(exchange: Exchange, name: string): Outcome {
    const { method } = exchange.req;
    if (exchange.upgrade || (method !== 'GET' && method !== 'HEAD')) return NEXT;
    const [type, body] = FILES.get(name) ?? ['application/json', JSON.stringify(this.#report(exchange))];
    const headers: Record<string, string> = {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'Content-Security-Policy':
        "default-src 'self'; connect-src 'self' ws: wss:; img-src data:; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
    };
    if (name === REPORT) headers['Set-Cookie'] = `${COOKIE}=1; HttpOnly; SameSite=Lax`;
    return { status: 200, headers, body };
  }

  #report({ req, peer }: Exchange): Report {
    return {
      instance: this.#instance,
      pid: process.pid,
      transports: this.#transports,
      host: peer.host,
      address: peer.address,
      secure: peer.secure,
      forwarded: forwardedBy(req.headers),
      cookie: req.headers.cookie?.includes(`${COOKIE}=1`) ?? false,
    };
  }
}

function forwardedBy(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(FORWARDED.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));
}
