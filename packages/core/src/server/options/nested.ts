import type { Handshake } from '../../namespace/socket/handshake.js';

/** How the session cookie looks; everything of the `cookie` package's attributes and its name. */
export interface SessionCookieOptions {
  /** Its name. @default 'io' */
  name?: string;
  /** Paths that get it. @default '/' */
  path?: string;
  /** Kept from scripts. @default true */
  httpOnly?: boolean;
  /** Whether requests that other sites cause get it. @default 'lax' */
  sameSite?: boolean | 'lax' | 'strict' | 'none';
  /** Sent over HTTPS alone. @default false */
  secure?: boolean;
  /** Other hosts that get it. @default that of the request */
  domain?: string;
  /** How long a browser keeps it; without it and `expires`, until it is closed. @unit s */
  maxAge?: number;
  /** When a browser forgets it. */
  expires?: Date;
  /** Kept apart for each site that embeds the page. @default false */
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
   * `true` skips the middlewares for a client that comes back: a user who was banned meanwhile gets in again.
   * @default false
   */
  skipMiddlewares?: boolean;
  /**
   * Packets of one namespace that are kept in memory. A client that has missed older ones gets a new session. @unit
   * packets @default 100000
   */
  maxPackets?: number;
  /**
   * Bytes that the packets of all namespaces may take in memory, as estimated from their data. The namespace with the
   * most bytes drops its oldest first. @unit bytes @default 67108864
   */
  maxPacketBytes?: number;
  /**
   * Sessions of disconnected clients that are kept, in all namespaces. Beyond, the oldest is dropped. @unit clients
   * @default 100000
   */
  maxSessions?: number;
  /**
   * Estimated bytes of their rooms and `data`. Beyond, the largest are dropped.
   * @unit bytes @default 67108864
   */
  maxSessionBytes?: number;
  /**
   * Whether a client is offered recovery. Clients 3.0 to 4.5 do not support it and would see the offset behind the
   * arguments of each event.
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
