import type { Server as HapiServer, Plugin, Request } from '@hapi/hapi';
import type { Namespaces, Server } from '@sio/core';
import { createMountable, MountPoint } from '@sio/core/mount';
import type { SocketioOptions } from './options.js';
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
