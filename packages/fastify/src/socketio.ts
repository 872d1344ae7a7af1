import type { Namespaces, Server, ServerOptions } from '@sio/core';
import type { MountOptions, MountPoint } from '@sio/core/mount';
import { belowPrefix, createMount, HANDLED, NEXT, refuseOptions } from '@sio/core/mount';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { answer } from './answer.js';
import { sessionIdOf } from './session.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** The Socket.IO server; with several mounts, that of the first. */
    io: Server;
  }
}

/** Options of the Socket.IO server and of its mount in the app. */
export interface SocketioOptions extends ServerOptions<FastifyRequest>, MountOptions {
  /** Options of the mount's routes: hooks such as `preHandler`, `config`, `constraints`, `logLevel`. */
  readonly route?: RouteShorthandOptions | undefined;
}

/** A Fastify plugin that serves Socket.IO where it is registered. */
export interface SocketioPlugin {
  (app: FastifyInstance, options: { readonly prefix?: string }): Promise<void>;
  /** The Socket.IO server. */
  readonly io: Server;
}

/** The methods that clients use below the path. Fastify answers others. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

/**
 * Serves Socket.IO on a Fastify app, below the prefix of its registration: at `<prefix>/socket.io/`. The hooks of
 * the scope where it is registered (sessions, guards, loggers) run for polling and WebSocket clients alike. `app.close()`
 * closes its connections.
 *
 * @param namespaces classes by namespace name, such as `/chat`, or route pattern, such as `/orders/:id`
 * @throws ClassError, OptionError for invalid classes or options
 * @example
 * await app.register(socketio({ '/chat': ChatNamespace }), { prefix: '/api' });
 * app.io.emit('hello');
 */
export function socketio(namespaces: Namespaces = {}, options: SocketioOptions = {}): SocketioPlugin {
  // Fastify has called `socketio` itself. It does not catch errors that plugins throw, so a promise rejects.
  if (typeof (namespaces as { register?: unknown } | null)?.register === 'function')
    return (async () => createMount(namespaces))() as never;
  const { io, mount } = createMount<FastifyRequest>(namespaces, { sessionId: sessionIdOf, ...options });
  const plugin = async (app: FastifyInstance, { prefix = '', ...others }: { readonly prefix?: string }) => {
    refuseOptions(others);
    if (!app.hasDecorator('io')) app.decorate('io', io);
    mount.attach(app.server);
    // Before Fastify waits for its clients to leave, which WebSockets would never do.
    app.addHook('preClose', () => mount.close());
    // Asynchronous, as Fastify does not catch what plugins throw: a second mount at one path would end the process.
    const routes: FastifyPluginAsync = async (scope) => serve(mount, scope, options.route);
    await app.register(routes, { prefix });
  };
  return Object.assign(plugin, {
    io,
    // Without it the decorator would be invisible outside.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@sio/fastify',
  });
}

function serve(mount: MountPoint, scope: FastifyInstance, route: RouteShorthandOptions | undefined): void {
  const { path } = mount.endpoint;
  // The mount reads bodies of every content type. The app's parsers for other routes do not change.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const handler = (request: FastifyRequest, reply: FastifyReply) => enter(mount, scope.prefix, request, reply);
  for (const url of [path, `${path}/*`])
    scope.route({ ...route, method: [...METHODS], url, handler, exposeHeadRoute: false });
}

async function enter(
  mount: MountPoint,
  prefix: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { raw, originalUrl, host, hostname, ip, protocol } = request;
  const outcome = await mount.enter({
    req: raw,
    res: reply.raw,
    url: belowPrefix(raw.url ?? '/', prefix),
    originalUrl,
    context: request,
    // With its port: Fastify 4 calls that the hostname.
    peer: () => ({ host: host ?? hostname, address: ip, secure: protocol === 'https' }),
    release: () => void reply.hijack(),
  });
  if (outcome === NEXT) return reply.callNotFound();
  return outcome === HANDLED ? reply : answer(reply, outcome);
}
