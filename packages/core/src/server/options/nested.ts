import type { Handshake } from '../../namespace/socket/handshake.js';

/** The name and the attributes of the session cookie. */
export interface SessionCookieOptions {
  /** The name of the cookie. @default 'io' */
  name?: string;
  /** The path below which the browser sends the cookie. @default '/' */
  path?: string;
  /** Whether scripts of the page cannot read the cookie (`HttpOnly`). @default true */
  httpOnly?: boolean;
  /** Whether the browser sends the cookie with requests that other sites cause (`SameSite`). @default 'lax' */
  sameSite?: boolean | 'lax' | 'strict' | 'none';
  /** Whether the browser sends the cookie over HTTPS only (`Secure`). @default false */
  secure?: boolean;
  /** The domain whose hosts get the cookie, subdomains included. @default that of the request */
  domain?: string;
  /** How long the browser keeps the cookie. Without `maxAge` and `expires`, it keeps the cookie until it is closed. @unit s */
  maxAge?: number;
  /** When the browser deletes the cookie. */
  expires?: Date;
  /** Whether the browser keeps one cookie for each site that embeds the page (`Partitioned`). @default false */
  partitioned?: boolean;
}

/** The defaults of {@link SessionCookieOptions}. */
export const cookieDefaults = Object.freeze({
  name: 'io',
  path: '/',
  httpOnly: true,
  sameSite: 'lax',
  secure: false,
  partitioned: false,
} as const satisfies SessionCookieOptions);

/** Options of connection state recovery. */
export interface RecoveryOptions {
  /** The longest time that a client may be away. @unit ms @default 120000 */
  maxDisconnectionDuration?: number;
  /**
   * Whether the middlewares are skipped for a client that comes back. With `true`, a user who was banned meanwhile gets in again.
   * @default false
   */
  skipMiddlewares?: boolean;
  /**
   * The most packets of one namespace that are kept in memory. A client that has missed older packets gets a new session.
   * @unit packets @default 100000
   */
  maxPackets?: number;
  /**
   * The most bytes that the packets of all namespaces take in memory, as estimated from their data. Beyond the limit, the
   * namespace with the most bytes drops its oldest packets. @unit bytes @default 67108864
   */
  maxPacketBytes?: number;
  /**
   * The most sessions of disconnected clients that are kept, in all namespaces together. Beyond the limit, the oldest is dropped.
   * @unit clients @default 100000
   */
  maxSessions?: number;
  /**
   * The most bytes that the rooms and the `data` of these sessions take in memory, as estimated. Beyond the limit, the largest
   * sessions are dropped.
   * @unit bytes @default 67108864
   */
  maxSessionBytes?: number;
  /**
   * A function that returns whether a client is offered recovery. Clients 3.0 to 4.5 do not support recovery and would see the
   * offset behind the arguments of each event.
   * @default every client of 3.0 and later
   */
  offeredTo?: ((handshake: Handshake) => boolean) | undefined;
}

/** The defaults of {@link RecoveryOptions}. */
export const recoveryDefaults = Object.freeze({
  maxDisconnectionDuration: 120_000,
  skipMiddlewares: false,
  maxPackets: 100_000,
  maxPacketBytes: 67_108_864,
  maxSessions: 100_000,
  maxSessionBytes: 67_108_864,
} as const satisfies RecoveryOptions);
