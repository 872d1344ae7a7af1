import type { Server as HapiServer, Plugin, Request, RouteOptions } from '@hapi/hapi';
import type { Namespaces, Server, ServerOptions } from '@sio/core';
import { createMountable, type MountOptions, MountPoint, type Peer } from '@sio/core/mount';
import { addRoutes } from './routes.js';
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

/** Options of the Socket.IO server, and of how it sits in the app. */
export interface SocketioOptions extends ServerOptions<Request>, MountOptions {
  /** Options of the mount's routes, such as `auth`, `ext` or `plugins`; `payload` is the mount's own. */
  readonly route?: Omit<RouteOptions, 'payload' | 'handler'>;
  /**
   * Says who asks, for an app behind a proxy that it trusts: Hapi has no setting for that.
   * @default the connection's address and the `Host` header
   * @example
   * ({ headers }) => ({ host: String(headers['x-forwarded-host']), address: String(headers['x-real-ip']), secure: true })
   */
  readonly peer?: (request: Request) => Peer;
}

/** A Hapi plugin that serves Socket.IO where it is registered. */
export type SocketioPlugin = Plugin<void> & {
  /** The Socket.IO server: namespaces, rooms, broadcasts. */
  readonly io: Server;
};

/**
 * Serves Socket.IO on a Hapi server: at `<prefix>/socket.io/`, where the prefix is that of the registration
 * (`routes.prefix`). Extensions and authentication run for polling and WebSocket clients alike. `server.stop()` ends its
 * connections.
 *
 * @param namespaces classes by namespace name, such as `/chat`, or route pattern, such as `/orders/:id`
 * @throws ClassError, OptionError for invalid classes and options
 * @example
 * await server.register(socketio({ '/chat': ChatNamespace }, { route: { auth: 'session' } }));
 * server.io.emit('hello');
 */
export function socketio(namespaces: Namespaces = {}, options: SocketioOptions = {}): SocketioPlugin {
  const { io, endpoint } = createMountable<Request>(namespaces, { sessionId: sessionIdOf, ...options });
  const mount = new MountPoint(endpoint, options);
  return {
    name,
    version,
    multiple: true,
    io,
    register(server: HapiServer) {
      for (const type of ['server', 'request'] as const) {
        if (!server.decorations[type].includes('io')) server.decorate(type as 'server', 'io', io);
      }
      mount.attach(server.listener);
      // Hapi would cut them off without a word.
      server.ext('onPreStop', () => endpoint.close());
      addRoutes(mount, server, options);
    },
  };
}
