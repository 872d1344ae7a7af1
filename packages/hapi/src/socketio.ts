import { finished } from 'node:stream/promises';
import type * as Hapi from '@hapi/hapi';
import type { Namespaces, Server, ServerOptions } from '@sio/core';
import type { MountOptions, MountPoint, Peer, Reply } from '@sio/core/mount';
import { belowPrefix, createMount, HANDLED, NEXT, pathOf, refuseOptions, setCorsHeaders } from '@sio/core/mount';
import { sessionIdOf } from './session.js';
import { name, version } from './version.js';

declare module '@hapi/hapi' {
  interface Server {
    /** The Socket.IO server; with several mounts, that of the first. */
    io: import('@sio/core').Server;
  }
  interface Request {
    /** The Socket.IO server; with several mounts, that of the first. */
    io: import('@sio/core').Server;
  }
}

/** Options of the Socket.IO server and of its mount in the app. */
export interface SocketioOptions extends ServerOptions<Hapi.Request>, MountOptions {
  /** Options of the mount's routes, such as `auth`, `ext` or `plugins`; `payload` is the mount's own. */
  readonly route?: Omit<Hapi.RouteOptions, 'payload' | 'handler'>;
  /**
   * Returns the client's address, the host and whether the connection is secure, for a server behind a trusted proxy: Hapi has no setting for that.
   * @default the connection's address and the `Host` header
   * @example
   * ({ headers }) => ({ host: String(headers['x-forwarded-host']), address: String(headers['x-real-ip']), secure: true })
   */
  readonly peer?: (request: Hapi.Request) => Peer;
}

/** A Hapi plugin that serves Socket.IO where it is registered. */
export type SocketioPlugin = Hapi.Plugin<void> & {
  /** The Socket.IO server. */
  readonly io: Server;
};

/**
 * Serves Socket.IO on a Hapi server: at `<prefix>/socket.io/`, where the prefix is that of the registration
 * (`routes.prefix`). Extensions and authentication run for polling and WebSocket clients alike. `server.stop()` closes its
 * connections.
 *
 * @param namespaces classes by namespace name, such as `/chat`, or route pattern, such as `/orders/:id`
 * @throws ClassError, OptionError for invalid classes or options
 * @example
 * await server.register(socketio({ '/chat': ChatNamespace }, { route: { auth: 'session' } }));
 * server.io.emit('hello');
 */
export function socketio(namespaces: Namespaces = {}, options: SocketioOptions = {}): SocketioPlugin {
  const { io, mount } = createMount<Hapi.Request>(namespaces, { sessionId: sessionIdOf, ...options });
  return {
    name,
    version,
    multiple: true,
    io,
    register(server: Hapi.Server, given: unknown) {
      refuseOptions(given as object | undefined);
      for (const type of ['server', 'request'] as const)
        if (!server.decorations[type].includes('io')) server.decorate(type as 'server', 'io', io);
      mount.attach(server.listener);
      // Hapi would close them without a close frame.
      server.ext('onPreStop', () => mount.endpoint.close());
      addRoutes(mount, server, options);
    },
  };
}

/** The mount reads bodies of every content type and size. */
const PAYLOAD = { parse: false, output: 'stream', maxBytes: Number.MAX_SAFE_INTEGER, timeout: false } as const;

/** The answer of Hapi if there is no route. */
const NOT_FOUND = { statusCode: 404, error: 'Not Found', message: 'Not Found' } as const;

/** Routes everything below the mount's path to it. */
function addRoutes(mount: MountPoint, server: Hapi.Server, { route, peer = peerOf }: SocketioOptions): void {
  const { prefix = '' } = server.realm.modifiers.route;

  async function handler(request: Hapi.Request, h: Hapi.ResponseToolkit) {
    const { req, res } = request.raw;
    allowOrigin(request);
    const url = belowPrefix(targetOf(request), prefix);
    const visit = { req, res, url, originalUrl: req.url ?? '/', context: request, peer: () => peer(request) };
    const outcome = await mount.enter(visit);
    if (outcome === NEXT) return h.response(NOT_FOUND).code(404);
    if (outcome !== HANDLED) return answer(h, outcome);
    // Loggers read the response when Hapi has finished a request. With a time limit, Hapi would answer a waiting poll itself.
    if (!request.route.settings.timeout?.server) await finished(res).catch(() => {});
    return h.abandon;
  }

  // By name as well: a route for GET, such as that of a folder of files, has precedence over one for every method, for all
  // paths. And if any route has `cors`, routes for every method no longer get preflights.
  const hasCors = Boolean(route?.cors ?? server.settings.routes?.cors);
  const others = ['POST', '*', ...(hasCors ? [] : (['OPTIONS'] as const))] as const;
  for (const path of [mount.endpoint.path, `${mount.endpoint.path}/{rest*}`]) {
    server.route({ method: 'GET', path, handler, options: { ...route } });
    for (const method of others) server.route({ method, path, handler, options: { ...route, payload: PAYLOAD } });
  }
}

/** The request target, unless an extension has called `request.setUrl()`. */
function targetOf(request: Hapi.Request): string {
  const target = request.raw.req.url ?? '/';
  const path = pathOf(target);
  // The router may have removed a slash.
  const isAsked = path === request.path || path === `${request.path}/`;
  return isAsked ? target : `${request.path}${request.url.search}`;
}

/** Hapi itself trusts no proxy. */
function peerOf({ info, server }: Hapi.Request): Peer {
  return { host: info.host, address: info.remoteAddress, secure: server.info.protocol === 'https' };
}

/** Gives an answer as a Hapi response, so that `onPreResponse` sees it: also a 101, which becomes the WebSocket afterwards. */
function answer(h: Hapi.ResponseToolkit, { status, headers, body }: Reply): Hapi.ResponseObject {
  const response = status === 101 ? h.response() : h.response(body);
  for (const [name, value] of Object.entries(headers)) {
    const append = /^(?:set-cookie|vary)$/i.test(name);
    for (const one of [value].flat()) response.header(name, one, { append });
  }
  return response.code(status);
}

/**
 * Puts the headers of the route option `cors` on Node's response. Hapi does so with its own answers alone, and polls are not
 * answered by it. Where they are, the option `cors` of the Socket.IO server adds nothing.
 */
function allowOrigin({ route, info, raw: { req, res } }: Hapi.Request): void {
  const cors = route.settings.cors as Hapi.RouteOptionsCors | undefined;
  if (!cors || !info.cors?.isOriginMatch) return;
  const { origin, credentials, exposedHeaders = [], additionalExposedHeaders = [] } = cors;
  const allowed = origin === 'ignore' ? '*' : req.headers.origin;
  setCorsHeaders(res, { origin: allowed, credentials, exposed: [...exposedHeaders, ...additionalExposedHeaders] });
}
