import type { IncomingMessage } from 'node:http';
import type { CorsOptions, CorsOptionsDelegate } from 'cors';
import type { PerMessageDeflateOptions, WebSocketServer } from 'ws';
import type { JsonCodec } from '../../codec/packet/custom-json.js';
import type { Parser } from '../../dialect/engine/packets/parser.js';
import { type LegacyOptions, legacyDefaults } from '../../dialect/legacy/options.js';
import { PROTOCOL_VERSIONS } from '../../dialect/protocol-versions.js';
import type { AuthOptions } from '../../namespace/access/authenticator.js';
import type { AppGuard } from '../../namespace/access/guards.js';
import { type RateLimitOptions, rateDefaults } from '../../namespace/access/rate-limits.js';
import type { ErrorContext, Logger } from '../../namespace/events/reporter.js';
import type { AdapterFactory, DefaultRequest } from '../../namespace/server-context.js';
import type { Handshake } from '../../namespace/socket/handshake.js';
import type { HttpCompression } from '../../transport/polling/respond.js';
import type { ProtocolVersion } from '../../virtual-socket/dialect.js';
import type { AllowRequest, SlowConsumers } from '../../virtual-socket/engine-options.js';
import type { FlashPolicyOptions } from '../flash-policy.js';
import type { SessionIdOf } from '../login-sessions.js';
import type { AllowedOrigins } from '../origin.js';
import type { DrainOptions } from '../shutdown/drain.js';
import type { StaticFiles } from '../static/static-files.js';
import { type LimitOptions, limitDefaults } from './limit-options.js';

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

/** Connection state recovery. */
export interface RecoveryOptions {
  /** How long a client may be away. @unit ms @default 120000 */
  maxDisconnectionDuration?: number;
  /**
   * `true` lets a client that comes back past the middlewares: whoever has been banned meanwhile comes in again.
   * @default false
   */
  skipMiddlewares?: boolean;
  /** Packets of one namespace that are kept in memory; a client that has missed older ones starts afresh. @unit packets @default 100000 */
  maxPackets?: number;
  /**
   * Bytes that the packets of all namespaces may take in memory, as estimated from their data. The namespace that has most drops its
   * oldest first. @unit bytes @default 67108864
   */
  maxPacketBytes?: number;
  /** Clients of all namespaces that are away and may come back; beyond, the longest gone is given up. @unit clients @default 100000 */
  maxSessions?: number;
  /**
   * Bytes that their rooms and `data` may take in memory, as estimated; beyond, the largest are given up.
   * @unit bytes @default 67108864
   */
  maxSessionBytes?: number;
  /**
   * Who is offered to come back. Clients 3.0 to 4.5 cannot, and would see the offset behind the arguments of each event.
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

/**
 * Options of a server. Durations are milliseconds, sizes bytes, unless said otherwise.
 * @typeParam Request what sockets have as `request`: the framework's own object under an adapter
 */
export interface ServerOptions<Request = DefaultRequest> extends LegacyOptions, LimitOptions {
  /** Custom adapter, a class or a function that makes one. @default in memory */
  adapter?: AdapterFactory;
  /** `false` matches `/socket.io` instead of `/socket.io/`. @default true */
  addTrailingSlash?: boolean;
  /**
   * socket.io's switch for clients 1.x and 2.x: `false` takes them out of `generations`. @default true
   */
  allowEIO3?: boolean;
  /**
   * Origins whose pages may connect, on every transport: `'*'`, a list of strings and patterns, or a function.
   * Requests without an `Origin` and those of the server's own origin may always.
   * @default what `cors.origin` admits
   */
  allowedOrigins?: AllowedOrigins;
  /** Asked once for each handshake; `answer('reason', false)` refuses it. */
  allowRequest?: AllowRequest;
  /** Whether polling clients are offered WebSocket. @default true */
  allowUpgrades?: boolean;
  /** Authentication that ends with what it rests on: looked at again, renewed, and over at a time. @default none */
  auth?: AuthOptions<Request>;
  /**
   * Removes a dynamic namespace when its last socket leaves. By default it stays if the application has added middlewares or
   * listeners to it, or created it by name; `false` keeps each one. What a client has asked for is kept up to `maxEmptyNamespaces`.
   * @default those that the application has added nothing to
   */
  cleanupEmptyChildNamespaces?: boolean;
  /** A connection that joins no namespace for so long is closed. @unit ms @default 45000 */
  connectTimeout?: number;
  /**
   * Gives a client its socket back after a short disconnection: same id, rooms, data, and what it missed. `true` or `{}`
   * turns it on. @default false
   */
  connectionStateRecovery?: boolean | RecoveryOptions;
  /** Sets a cookie with the session id on polling handshakes. @default false */
  cookie?: boolean | SessionCookieOptions;
  /** Options of the `cors` package. Without them no CORS header is sent. @default false */
  cors?: CorsOptions | CorsOptionsDelegate<IncomingMessage> | boolean;
  /** socket.io's; not needed here: an upgrade that nobody takes gets the answer of an ordinary request at once. */
  destroyUpgrade?: boolean;
  /** See `destroyUpgrade`. @unit ms */
  destroyUpgradeTimeout?: number;
  /**
   * How connections end when the framework or its HTTP server closes: as with `io.drain(…)`, `false` for at once.
   * @default `{ deadline: 5000, jitter: 0 }`
   */
  drain?: boolean | DrainOptions;
  /** Replaces all reporting of handler failures. */
  errorHandler?: (error: unknown, context: ErrorContext) => void;
  /**
   * The policy file without which Flash opens no socket: `true` serves it on the HTTP port and offers clients of Socket.IO 0.9
   * the transport `flashsocket`. @default false
   */
  flashPolicy?: boolean | FlashPolicyOptions;
  /**
   * Which clients are served: `0.9` is Socket.IO 0.8 and 0.9, `eio3` 1.x and 2.x, `eio4` 3.x and 4.x. The others are refused
   * in words that they know. @default ['eio4', 'eio3', '0.9']
   */
  generations?: readonly ProtocolVersion[];
  /** Asked about every connect and event of every namespace, in this order; all must agree. @default none */
  guards?: readonly AppGuard<Request>[];
  /**
   * Time that the application has to decide on a request: `allowRequest`, middlewares of the engine, `generateId`, functions in `cors`
   * and `allowedOrigins`, and on upgrades the framework's middlewares. Then it is refused with 503. @unit ms @default 20000
   */
  handshakeTimeout?: number | undefined;
  /** Compresses poll answers from `threshold` bytes on. `true` compresses all. @default `{ threshold: 1024 }` */
  httpCompression?: boolean | Partial<HttpCompression>;
  /** A message, text or bytes, that follows the handshake immediately. */
  initialPacket?: string | ArrayBufferView | ArrayBufferLike;
  /**
   * How JSON is written and read, with clients of every generation: `{ stringify, parse }`, to keep dates or large numbers, say.
   * What is written must be JSON; what is read is held to the limits. Clients that speak MessagePack are not concerned; where
   * there is a `parser`, those of 0.9 alone are. @default JavaScript's `JSON`
   */
  json?: JsonCodec;
  /**
   * Serves the browser client of Socket.IO 0.9 and its Flash files, in place of today's `socket.io.js`, out of the package
   * `socket.io-client-0.9` (`npm install socket.io-client-0.9@npm:socket.io-client@0.9.17`). @default false
   */
  legacyClient?: boolean;
  /** Takes what nobody else took care of. @default errors go to stderr, and Node warns of options that do nothing */
  logger?: Logger;
  /**
   * How packets are written for clients 1.x to 4.x, all of which need the same: the classes `Encoder` and `Decoder`, as in
   * `socket.io-msgpack-parser`. Without one they speak JSON, and clients 3.x and 4.x with that parser are understood as well.
   * Clients of 0.9 know no other way than their own; `json` is for them too. @default JSON
   */
  parser?: Parser;
  /** Path below the mount. @default '/socket.io' */
  path?: string;
  /** permessage-deflate, as `ws` understands it. @default false */
  perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** How late the answer to a heartbeat may be beyond `pingTimeout`, of which clients are not told. @unit ms @default 0 */
  pingGrace?: number;
  /** Time between heartbeats. @unit ms @default 25000 */
  pingInterval?: number;
  /** Time that the answer to a heartbeat may take. @unit ms @default 20000 */
  pingTimeout?: number;
  /** How fast clients may be. @default `{ joins: { burst: 200, perSecond: 20 }, closeAfter: 100 }` */
  rateLimits?: RateLimitOptions;
  /**
   * Lets go of the request once the first namespace is joined, which saves about half of an idle connection's memory. From
   * then on `socket.request` is null, and a `handshake` that nobody has read before tells address and time alone.
   * @default false
   */
  releaseRequest?: boolean;
  /**
   * Whether an event waits until that before it on the same socket has been handled: until the promise that its method or its
   * listeners gave is kept. `static serial` of a class goes before. More than `maxPendingEvents` cannot wait.
   * @default false
   */
  serial?: boolean;
  /** Whether the browser client's files are served. @default true */
  serveClient?: boolean;
  /**
   * What becomes of a client that reads more slowly than it is sent, when more than `maxBufferedBytes` wait for it:
   * `disconnect`, or `drop-oldest`, which spares it the oldest events that need no acknowledgement. A single event says the
   * same with `droppable`, or `latest(key)`. @default 'disconnect'
   */
  slowConsumers?: SlowConsumers;
  /** The login session that a connection belongs to, for `io.endSession(id)`. @default the request's `sessionID` */
  sessionId?: SessionIdOf<Request>;
  /**
   * Files that a server made for a port serves besides, by path: a file, a directory, or `{ file, contentType }`. Needs the package
   * `send` (`npm install send`). @default none
   */
  staticFiles?: StaticFiles;
  /** What connections may be made of; `webtransport` needs sessions handed over. @default ['polling', 'websocket'] */
  transports?: readonly ('polling' | 'websocket' | 'webtransport')[];
  /** Time that an upgrade may take. @unit ms @default 10000 */
  upgradeTimeout?: number;
  /** Class of the WebSocket server. @default that of `ws` */
  wsEngine?: typeof WebSocketServer;
}

/** The defaults. Durations in milliseconds, sizes in bytes. */
export const defaults = Object.freeze({
  ...legacyDefaults,
  ...limitDefaults,
  addTrailingSlash: true,
  allowEIO3: true,
  allowUpgrades: true,
  connectTimeout: 45_000,
  connectionStateRecovery: false,
  cookie: false,
  cors: false,
  drain: Object.freeze({ deadline: 5000, jitter: 0 }),
  generations: PROTOCOL_VERSIONS,
  flashPolicy: false,
  handshakeTimeout: 20_000,
  httpCompression: Object.freeze({ threshold: 1024 }),
  legacyClient: false,
  path: '/socket.io',
  perMessageDeflate: false,
  pingGrace: 0,
  pingInterval: 25_000,
  pingTimeout: 20_000,
  rateLimits: rateDefaults,
  releaseRequest: false,
  serial: false,
  serveClient: true,
  slowConsumers: 'disconnect',
  transports: Object.freeze(['polling', 'websocket'] as const),
  upgradeTimeout: 10_000,
} as const satisfies ServerOptions);
