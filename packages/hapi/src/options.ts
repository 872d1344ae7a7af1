import type { Request, RouteOptions } from '@hapi/hapi';
import type { ServerOptions } from '@sio/core';
import type { MountOptions, Peer } from '@sio/core/mount';

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
