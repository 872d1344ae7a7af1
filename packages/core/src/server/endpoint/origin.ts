import type { IncomingMessage } from 'node:http';
import type { CorsOptions, CorsOptionsDelegate } from 'cors';
import { isHeaderSafe } from '../../dialect/engine/handshake.js';
import { contain } from '../../internal/events/lazy-emitter.js';
import { rawHeader } from '../../internal/http/request.js';
import type { Exchange } from '../../transport/exchange.js';

type OriginPattern = string | RegExp;

/** Which foreign origins may connect. */
export type AllowedOrigins =
  | boolean
  | OriginPattern
  | readonly OriginPattern[]
  | ((origin: string, req: IncomingMessage) => boolean | PromiseLike<boolean>);

/** Whether pages of an origin are let in; a promise only when the application has to be asked. */
export type OriginCheck = (
  origin: string,
  host: string | undefined,
  req: IncomingMessage,
) => boolean | PromiseLike<boolean>;

/**
 * One rule for every protocol version and transport: no `Origin` or our own is in, others only if allowed. CORS alone would not
 * do: browsers do not ask before they open a WebSocket.
 */
export function originCheck(allowed: AllowedOrigins | undefined, cors: unknown): OriginCheck {
  const foreign = foreignCheck(allowed ?? originsOfCors(cors));
  return (origin, host, req) => isOwnOrigin(origin, host, req) || isSameOrigin(req) || foreign(origin, req);
}

/**
 * CORS headers for the origins that `allowedOrigins` lets in, where nothing is said about CORS: all browser clients up to 2.x
 * send cookies along, and browsers then ask for an answer that names the origin.
 */
export function corsOfAllowed(check: OriginCheck): CorsOptionsDelegate<IncomingMessage> {
  return (req, done) => {
    const { origin, host } = req.headers;
    const answer = (allowed: boolean) => done(null, { origin: allowed, credentials: true });
    if (origin === undefined || !isHeaderSafe(origin)) return answer(false);
    Promise.resolve(check(origin, host, req)).then(answer, () => answer(false));
  };
}

/**
 * The origin of a foreign page that asks without an `Origin`, as it does for an image or a script: it cannot read the answer, but it
 * would open a session in its visitor's name. Undefined for a page of our own, and where the browser does not say.
 */
export function originOfSilentPage(req: IncomingMessage): string | undefined {
  const site = rawHeader(req, 'sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined;
  const referer = rawHeader(req, 'referer');
  return referer === undefined ? OPAQUE : originOf(referer);
}

/** Stands for an origin that is foreign and keeps its name to itself, as in an `Origin` header. */
const OPAQUE = 'null';

/**
 * The origin of a page that loads a script; undefined for one of our own. Browsers send no `Origin` with it, but say where it is
 * loaded from unless the page forbids it; those of today also say that it is a foreign page, yet only over TLS or to localhost.
 * A request that carries credentials and no proof of its origin is therefore taken for that of a foreign page.
 */
export function originOfScript(headers: IncomingMessage['headers']): string | undefined {
  const { referer, 'sec-fetch-site': site, cookie, authorization } = headers;
  if (referer !== undefined) return originOf(referer);
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? undefined : OPAQUE;
  return cookie === undefined && authorization === undefined ? undefined : OPAQUE;
}

function originOf(url: string): string {
  // `URL.canParse` says yes to some that cannot be parsed.
  try {
    return new URL(url).origin;
  } catch {
    return OPAQUE;
  }
}

/** Whether a request says that it comes from a page of another origin. @param host as the client has asked for it. */
export function isForeignPage(req: IncomingMessage, host: string | undefined): boolean {
  const origin = rawHeader(req, 'origin');
  if (origin === undefined) return originOfSilentPage(req) !== undefined;
  return !isOwnOrigin(origin, host, req) && !isSameOrigin(req);
}

type ForeignCheck = (origin: string, req: IncomingMessage) => boolean | PromiseLike<boolean>;

function foreignCheck(allowed: AllowedOrigins): ForeignCheck {
  if (typeof allowed === 'function') return allowed;
  if (typeof allowed === 'boolean') return () => allowed;
  const patterns = typeof allowed === 'string' || allowed instanceof RegExp ? [allowed] : allowed;
  return (origin) => patterns.some((pattern) => matches(pattern, origin));
}

function matches(pattern: OriginPattern, origin: string): boolean {
  if (typeof pattern === 'string') {
    return pattern === '*' || pattern === origin || (pattern === 'web-views' && WEB_VIEWS.has(origin));
  }
  pattern.lastIndex = 0;
  return pattern.test(origin);
}

/**
 * The host as the browser saw it. Schemes are not compared: a proxy may have ended the TLS. The original 0.9 client for Node
 * names none; browsers always do.
 */
function isOwnOrigin(origin: string, host: string | undefined, req: IncomingMessage): boolean {
  const separator = origin.indexOf('://');
  const named = separator === -1 ? origin : origin.slice(separator + 3);
  if (host === undefined) return false;
  if (named === host || withoutDefaultPort(named) === withoutDefaultPort(host)) return true;
  return withoutPort(named) === host.toLowerCase() && isPortDropped(req);
}

/**
 * Whether a proxy has dropped the port of a `Host` that names none, as nginx does with `Host $host`: a browser leaves out default
 * ports only, and this server listens on another. Pages on other ports of the same host gain nothing, for browsers send them the same cookies.
 */
function isPortDropped({ socket }: IncomingMessage): boolean {
  const port = socket?.localPort;
  return port !== 80 && port !== 443;
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

/** Origins name no default port (RFC 6454 §6.1); a `Host` may, as nginx writes it with `$host:$server_port`. */
function withoutDefaultPort(host: string): string {
  return host.toLowerCase().replace(/:(?:80|443)$/, '');
}

/**
 * A browser says that the page is of the origin that it asks, whatever a proxy has made of `Host`. Pages cannot set this header.
 */
function isSameOrigin(req: IncomingMessage): boolean {
  return req.headers['sec-fetch-site'] === 'same-origin';
}

/**
 * The operator learns of a refused origin what it was compared to, and what to do if it should be let in.
 * @param origin as it was judged: {@link OPAQUE} also for a request that names none.
 */
export function originHint(origin: string, { req, peer: { host } }: Pick<Exchange, 'req' | 'peer'>): string {
  const isNamed = origin !== OPAQUE || rawHeader(req, 'origin') !== undefined;
  const ways = 'add it to allowedOrigins, or let the proxy in front pass on the Host that browsers ask for';
  const webView = isNamed && WEB_VIEWS.has(origin) ? `; 'web-views' in allowedOrigins lets in apps in web views` : '';
  return `a page of ${isNamed ? origin : 'another origin'} was refused: its origin is not that of the Host ${host ?? '(none)'}; ${ways}${webView}`;
}

/** Origins of apps in the web views of Cordova, Capacitor, Ionic, Electron and the like. */
const WEB_VIEWS: ReadonlySet<string> = new Set([
  'null',
  'file://',
  'app://localhost',
  'capacitor://localhost',
  'http://localhost',
  'https://localhost',
  'ionic://localhost',
  'tauri://localhost',
  'http://tauri.localhost',
  'https://tauri.localhost',
]);

/** The origins that the `cors` option lets in, by the `cors` package's own rules. */
function originsOfCors(cors: unknown): AllowedOrigins {
  if (cors === undefined || cors === false || cors === null) return false;
  if (cors === true) return true;
  if (typeof cors === 'function') return (origin, req) => delegated(cors as Delegate, origin, req);
  const { origin } = cors as CorsOptions;
  if (origin === undefined) return true;
  if (typeof origin === 'function') return (name) => asked(origin, name);
  return Array.isArray(origin) ? (origin as OriginPattern[]) : (origin as boolean | OriginPattern);
}

type Delegate = (req: IncomingMessage, callback: (error: Error | null, options?: CorsOptions) => void) => void;

function delegated(delegate: Delegate, origin: string, req: IncomingMessage): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, options?: CorsOptions) => {
      if (error) reject(error);
      else contain(() => resolve(foreignCheck(originsOfCors(options))(origin, req)), reject);
    };
    contain(() => delegate(req, answer), reject);
  });
}

function asked(origin: Extract<CorsOptions['origin'], (...args: never[]) => unknown>, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const decide: Parameters<typeof origin>[1] = (error, answer) => {
      if (error) reject(error);
      else if (typeof answer === 'boolean' || answer === undefined) resolve(answer === true);
      else contain(() => resolve(foreignCheck(answer as AllowedOrigins)(name, undefined as never)), reject);
    };
    contain(() => origin(name, decide), reject);
  });
}
