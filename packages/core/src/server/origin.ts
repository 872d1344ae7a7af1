import type { IncomingMessage } from 'node:http';
import type { CorsOptions } from 'cors';

type OriginPattern = string | RegExp;

/** Which foreign origins may connect. */
export type AllowedOrigins =
  | boolean
  | OriginPattern
  | readonly OriginPattern[]
  | ((origin: string, req: IncomingMessage) => boolean | PromiseLike<boolean>);

/** Whether a request's origin is let in; a promise only when the application has to be asked. */
export type OriginCheck = (req: IncomingMessage) => boolean | PromiseLike<boolean>;

/**
 * One rule for every generation and transport: no `Origin` or our own is in, others only if allowed. CORS alone would not
 * do: browsers do not ask before they open a WebSocket.
 */
export function originCheck(allowed: AllowedOrigins | undefined, cors: unknown): OriginCheck {
  const foreign = foreignCheck(allowed ?? originsOfCors(cors));
  return (req) => {
    const { origin } = req.headers;
    return origin === undefined || isOwnOrigin(origin, req) || foreign(origin, req);
  };
}

type ForeignCheck = (origin: string, req: IncomingMessage) => boolean | PromiseLike<boolean>;

function foreignCheck(allowed: AllowedOrigins): ForeignCheck {
  if (typeof allowed === 'function') return allowed;
  if (typeof allowed === 'boolean') return () => allowed;
  const patterns = typeof allowed === 'string' || allowed instanceof RegExp ? [allowed] : allowed;
  return (origin) => patterns.some((pattern) => matches(pattern, origin));
}

function matches(pattern: OriginPattern, origin: string): boolean {
  if (typeof pattern === 'string') return pattern === '*' || pattern === origin;
  pattern.lastIndex = 0;
  return pattern.test(origin);
}

/**
 * The host as the browser saw it. Schemes are not compared: a proxy may have ended the TLS. The original 0.9 client for Node
 * names none; browsers always do.
 */
function isOwnOrigin(origin: string, req: IncomingMessage): boolean {
  const separator = origin.indexOf('://');
  const named = separator === -1 ? origin : origin.slice(separator + 3);
  const host = req.headers.host ?? req.headers[':authority'];
  return host !== undefined && named.toLowerCase() === String(host).toLowerCase();
}

/** What the `cors` option lets in, by the `cors` package's own rules. */
function originsOfCors(cors: unknown): AllowedOrigins {
  if (cors === undefined || cors === false || cors === null) return false;
  if (cors === true) return true;
  if (typeof cors === 'function') return (_origin, req) => delegated(cors as Delegate, req);
  const { origin } = cors as CorsOptions;
  if (origin === undefined) return true;
  if (typeof origin === 'function') return (name) => asked(origin, name);
  return Array.isArray(origin) ? (origin as OriginPattern[]) : (origin as boolean | OriginPattern);
}

type Delegate = (req: IncomingMessage, callback: (error: Error | null, options?: CorsOptions) => void) => void;

function delegated(delegate: Delegate, req: IncomingMessage): Promise<boolean> {
  return new Promise((resolve, reject) => {
    delegate(req, (error, options) => {
      if (error) reject(error);
      else resolve(Promise.resolve(foreignCheck(originsOfCors(options))(req.headers.origin ?? '', req)));
    });
  });
}

function asked(origin: Extract<CorsOptions['origin'], (...args: never[]) => unknown>, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    origin(name, (error, answer) => {
      if (error) reject(error);
      else if (typeof answer === 'boolean' || answer === undefined) resolve(answer === true);
      else resolve(Promise.resolve(foreignCheck(answer as AllowedOrigins)(name, undefined as never)));
    });
  });
}
