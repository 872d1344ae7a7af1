import type { IncomingMessage } from 'node:http';
import type { CorsOptions, CorsOptionsDelegate } from 'cors';
import type { PerMessageDeflateOptions, WebSocketServer } from 'ws';
import type { JsonCodec } from '../../codec/packet/json.js';
import type { Parser } from '../../dialect/engine/packets/parser.js';
import type { LegacyBinary } from '../../dialect/legacy/binary.js';
import { PROTOCOL_VERSIONS } from '../../dialect/protocol-versions.js';
import { type RateLimitOptions, rateDefaults } from '../../namespace/access/rate-limits.js';
import type { ErrorContext, Logger } from '../../namespace/events/reporter.js';
import { type HistoryOptions, historyPolicy } from '../../namespace/history/history-rules.js';
import type { AdapterFactory } from '../../namespace/hub/typed-hub.js';
import type { HttpCompression } from '../../transport/polling/respond.js';
import type { ProtocolVersion } from '../../virtual-socket/dialect.js';
import type { AllowRequest } from '../../virtual-socket/engine-options.js';
import type { FlashPolicyOptions } from '../endpoint/flash-policy.js';
import type { AllowedOrigins } from '../endpoint/origin.js';
import type { DrainOptions } from '../shutdown/drain.js';
import type { StaticFiles } from '../static/static-files.js';
import type { RecoveryOptions, SessionCookieOptions } from './nested.js';
import {
  type InitialPacket,
  readHosts,
  readInitialPacket,
  readPath,
  readTransports,
  type TransportName,
} from './read.js';
import { anything, choice, code, duration, durationOrNone, flag, parts } from './rows.js';

/** Checked early, so that an invalid rule ends the start. */
function readHistory(given: HistoryOptions | readonly HistoryOptions[]): typeof given {
  historyPolicy(given);
  return given;
}

/**
 * All options but the limits, one row each. A new option is a row here and a test: defaults, the check, "did you mean", the type
 * `ServerOptions` and `docs/options.md` follow from it.
 */
export const optionTable = {
  /**
   * The adapter, which keeps the rooms and reaches other servers: a class, or a function that makes an adapter for a namespace.
   * @default in memory @page messages
   */
  adapter: code<AdapterFactory>(),
  /** Whether the path that is matched ends with a slash: `/socket.io/`, or with `false` `/socket.io`. @default true @page server */
  addTrailingSlash: flag(true),
  /** Whether clients 1.x and 2.x are served, as in socket.io: `false` takes `eio3` out of `generations`. @default true @page old-clients */
  allowEIO3: flag(true),
  /**
   * Names that the server answers to, as in the `Host` header: `'chat.example'` with any port, `'chat.example:8443'` with this port,
   * `'.chat.example'` with all names below it too. Requests for other names are refused with 403, on every transport. This protects
   * against DNS rebinding: a page of another site cannot reach the server by a name of its own that points to it. @default every name @page
   * access
   */
  allowedHosts: parts<readonly string[]>(undefined, readHosts),
  /**
   * Origins whose pages may connect, on every transport: `'*'`, a list of strings and patterns, or a function. In a
   * list `'web-views'` stands for apps in web views: `null`, `file://`, `capacitor://localhost`, `http://localhost` and
   * the like. Requests without an `Origin` and those of the server's own origin are always allowed.
   * @default what `cors.origin` admits @page access
   */
  allowedOrigins: anything<AllowedOrigins>(),
  /**
   * A function `(req, answer)` that decides on each handshake: `answer(null, true)` accepts it, `answer('reason', false)` refuses it.
   * @page access
   */
  allowRequest: code<AllowRequest>(),
  /** Whether polling clients are offered WebSocket. @default true @page connections */
  allowUpgrades: flag(true),
  /** Re-validates and expires the authentication of sockets. @default none @page access */
  auth: parts<object>(),
  /**
   * Removes a dynamic namespace when its last socket leaves. By default it stays if the application has added middlewares or
   * listeners to it, or created it by name; `false` keeps each one. Those that clients asked for are kept up to `maxEmptyNamespaces`.
   * @default those that the application has added nothing to @page messages
   */
  cleanupEmptyChildNamespaces: anything<boolean>(),
  /**
   * Time in which a connection has to join a namespace; after that it is closed. A pending request to join a further
   * namespace is refused after the same time. @unit ms @default 45000 @page connections
   */
  connectTimeout: durationOrNone(45_000),
  /**
   * Restores a client's socket after a short disconnection: its id, rooms and data, and the events that it missed. `true` or `{}`
   * turns recovery on. @default false @page messages
   */
  connectionStateRecovery: anything<boolean | RecoveryOptions, false>(false),
  /** Sets a cookie with the session id on polling handshakes. @default false @page access */
  cookie: parts<boolean | SessionCookieOptions, false>(false),
  /** Options of the `cors` package. Without them, no CORS header is sent. @default false @page access */
  cors: parts<CorsOptions | CorsOptionsDelegate<IncomingMessage> | boolean, false>(false),
  /**
   * Serves a page at `diagnostics` below the path, such as `/socket.io/diagnostics`, on which a browser tries polling, WebSocket,
   * upgrade, origin, cookies and stickiness, and measures the latency. It is for development: the page tells its visitors how their
   * requests reach the server. @default false @page server
   */
  diagnostics: flag(false),
  /**
   * Has no effect; socket.io has it. An upgrade that no listener takes is answered at once, like an ordinary request. @page server
   */
  destroyUpgrade: anything<boolean>(),
  /** Has no effect, see `destroyUpgrade`. @unit ms @page server */
  destroyUpgradeTimeout: anything<number>(),
  /**
   * How connections end when the framework or its HTTP server closes: the options of `io.drain(…)`, or `false` to end
   * them at once.
   * @default `{ deadline: 5000, jitter: 0 }` @page server
   */
  drain: parts<boolean | DrainOptions, { readonly deadline: 5000; readonly jitter: 0 }>({ deadline: 5000, jitter: 0 }),
  /**
   * Whether polls, posts and upgrades of an open session go through the framework, or with `direct` past it. With `direct` the
   * framework's middlewares, guards and loggers see handshakes only, as they do with WebSockets, and a poll costs about as much as on
   * plain Node. Requests of pages of other origins go through the framework anyway, unless `cors` or `allowedOrigins` is set. @default
   * 'framework' @page connections
   */
  establishedRequests: choice(['framework', 'direct'], 'framework'),
  /** A function `(error, context)` that gets every failure of a handler. It replaces all other reporting. @page server */
  errorHandler: code<(error: unknown, context: ErrorContext) => void>(),
  /**
   * Serves the policy file that Flash clients need before they can open a socket. `true` serves it on the HTTP port and offers
   * clients of Socket.IO 0.9 the transport `flashsocket`. @default false @page old-clients
   */
  flashPolicy: parts<boolean | FlashPolicyOptions, false>(false),
  /**
   * The protocol versions that are served: `0.9` is Socket.IO 0.8 and 0.9, `eio3` is 1.x and 2.x, `eio4` is 3.x and 4.x.
   * Other clients are refused in their own protocol. @default ['eio4', 'eio3', '0.9'] @page old-clients
   */
  generations: anything<readonly ProtocolVersion[], typeof PROTOCOL_VERSIONS>(PROTOCOL_VERSIONS),
  /**
   * Functions that decide on every connect and every event of every namespace. They are called in this order, and all must allow it.
   * @default none @page access
   */
  guards: parts<readonly object[]>(),
  /**
   * The time that the application has to decide on a request: `allowRequest`, middlewares of the engine, `generateId`, functions in
   * `cors` and `allowedOrigins`, and on upgrades the framework's middlewares. After that, the request is refused with 503. @unit ms
   * @default 20000
   * @page connections
   */
  handshakeTimeout: duration(20_000),
  /**
   * Rooms whose last events are kept for clients that join later: `{ rooms: 'chat:*', size: 100, ttl: 3600000 }`, or a list of such
   * rules; the first that matches a room applies. `socket.join(room, { rewind: 20 })` sends the last events, then live ones.
   * @default none @page messages
   */
  history: parts<HistoryOptions | readonly HistoryOptions[]>(undefined, readHistory),
  /**
   * Whether answers to polls are compressed: those of at least `threshold` bytes, with `true` all, with `false` none.
   * @default `{ threshold: 1024 }` @page connections
   */
  httpCompression: anything<boolean | Partial<HttpCompression>, { readonly threshold: 1024 }>(
    Object.freeze({ threshold: 1024 }),
  ),
  /** A message, text or bytes, that each client gets right after the handshake. @page connections */
  initialPacket: anything<InitialPacket>(undefined, readInitialPacket),
  /**
   * Functions that write and read JSON, with clients of every protocol version: `{ stringify, parse }`, for example to keep dates or
   * large numbers. `stringify` must return JSON. The limits apply to the result of `parse`. The option does not apply to clients
   * that speak MessagePack. With a `parser` it applies to clients of 0.9 only. @default JavaScript's `JSON`
   * @page messages
   */
  json: anything<JsonCodec>(),
  /**
   * How binary data is sent to clients of 0.9, whose protocol has no binary data: `base64` writes bytes as `{"_base64":"…"}` and
   * reads the same, `drop` drops the packet with a warning, `error` makes `emit` throw. @default 'base64' @page old-clients
   */
  legacyBinary: anything<LegacyBinary, 'base64'>('base64'),
  /**
   * Serves the browser client of Socket.IO 0.9 and its Flash files in place of today's `socket.io.js`. The files come from the package
   * `socket.io-client-0.9` (`npm install socket.io-client-0.9@npm:socket.io-client@0.9.17`). @default false @page old-clients
   */
  legacyClient: flag(false),
  /** The time without an open transport after which a session of 0.9 ends. @unit ms @default 60000 @page old-clients */
  legacyCloseTimeout: duration(60_000),
  /**
   * The time after which a poll of 0.9 is answered if there is nothing to send. It must be shorter than `legacyCloseTimeout`.
   * @unit ms @default 20000 @page old-clients
   */
  legacyPollingDuration: duration(20_000),
  /**
   * Transports for clients of 0.9, offered in this order: `websocket`, `flashsocket`, `htmlfile`, `xhr-multipart`,
   * `xhr-polling`, `jsonp-polling`.
   * @default all; offered are `flashsocket` with `flashPolicy` only, and `xhr-multipart` never @page old-clients
   */
  legacyTransports: parts<readonly string[]>(),
  /**
   * The logger for messages to the operator. @default errors go to stderr, and Node warns of options without effect @page
   * server
   */
  logger: anything<Logger>(),
  /**
   * How packets are encoded for clients 1.x to 4.x, which must all use the same parser: the classes `Encoder` and
   * `Decoder`, as in `socket.io-msgpack-parser`. By default packets are JSON, and clients 3.x and 4.x with that parser
   * are understood as well. Clients of 0.9 have their own encoding; `json` applies to them too. @default JSON @page
   * messages
   */
  parser: anything<Parser>(),
  /** The path of the server, below the path at which a framework mounts it. @default '/socket.io' @page server */
  path: anything<string, '/socket.io'>('/socket.io', readPath),
  /** Whether WebSockets are compressed (permessage-deflate): `true`, or options of `ws`. @default false @page connections */
  perMessageDeflate: parts<boolean | PerMessageDeflateOptions, false>(false),
  /**
   * The time that the answer to a heartbeat may take beyond `pingTimeout`. Clients are not told of it. @unit ms @default 0
   * @page connections
   */
  pingGrace: durationOrNone(0),
  /** The time between heartbeats. @unit ms @default 25000 @page connections */
  pingInterval: duration(25_000),
  /** The time in which a client must answer a heartbeat. @unit ms @default 20000 @page connections */
  pingTimeout: duration(20_000),
  /**
   * Rate limits for events and joins. @default `{ joins: { burst: 200, perSecond: 20 }, scope: 'server', closeAfter: 100 }` @page limits
   */
  rateLimits: parts<RateLimitOptions, typeof rateDefaults>(rateDefaults),
  /**
   * Releases the request once the first namespace is joined, which saves about half of an idle connection's memory.
   * From then on `socket.request` is null, and a `handshake` that was not read before has address and time only.
   * @default false @page connections
   */
  releaseRequest: flag(false),
  /**
   * Whether an event waits until the previous one of the same socket has been handled, including the promises of its
   * method or listeners. `static serial` of a class overrides it. At most `maxPendingEvents` wait.
   * @default false @page messages
   */
  serial: flag(false),
  /** Whether the browser client's files are served. @default true @page server */
  serveClient: flag(true),
  /**
   * The policy for a slow client, for which more than `maxBufferedBytes` wait: `disconnect` disconnects it, `drop-oldest` drops the
   * oldest events that need no acknowledgement. For single events, use `droppable` or `latest(key)`. @default 'disconnect' @page messages
   */
  slowConsumers: choice(['disconnect', 'drop-oldest'], 'disconnect', { 'drop oldest': 'drop-oldest' }),
  /**
   * A function that returns the id of the login session that a request belongs to, for `io.endSession(id)`.
   * @default the request's `sessionID` @page access
   */
  sessionId: code<(request: never) => string | undefined>(),
  /**
   * Files that a server which listens on a port by itself serves as well, by path: a file, a directory, or `{ file, contentType }`. The
   * option needs the package `send` (`npm install send`). @default none @page server
   */
  staticFiles: anything<StaticFiles>(),
  /**
   * The transports that clients may use. `webtransport` needs an HTTP/3 server that passes its sessions to `io.engine`. @default
   * ['polling', 'websocket'] @page connections
   */
  transports: anything<readonly TransportName[], readonly ['polling', 'websocket']>(
    Object.freeze(['polling', 'websocket'] as const),
    readTransports,
  ),
  /** The time that an upgrade may take. After that, the connection stays on polling. @unit ms @default 10000 @page connections */
  upgradeTimeout: duration(10_000),
  /**
   * The class of the WebSocket server, for all WebSockets.
   * @default sio's own, or that of `ws` for permessage-deflate and subprotocols @page connections
   */
  wsEngine: code<typeof WebSocketServer>(),
};
