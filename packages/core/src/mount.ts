/**
 * For adapters: what mounts an endpoint on a web framework.
 *
 * @module
 */
import './internal/supported-node.js';

export type { Endpoint, MountOptions, MountRequest } from './server/mount/contracts.js';
export { attachToServer } from './server/mount/direct.js';
export { MountPoint } from './server/mount/mount.js';
export { belowPrefix, pathOf } from './server/mount/paths.js';
export { failResponse, mergedHeader, refuse, sendReply, setCorsHeaders, setHeaders } from './server/mount/reply.js';
export { refuseOptions } from './server/namespaces-argument.js';
export type { ServerOptions } from './server/options/options.js';
export type { NamespaceClass, NamespaceProvider, Namespaces } from './server/register.js';
export {
  type Answering,
  contentReply,
  type FastifyReplyLike,
  type FastifyRequestLike,
  type HapiRequestLike,
  type HapiResponseLike,
  type HapiToolkitLike,
  type KoaContextLike,
  lineReply,
  onlyGet,
  type PlainReply,
  type PlainRequest,
  type RouteHandlers,
  routeHandlers,
} from './server/route-handlers.js';
export {
  type StoredSession,
  sessionInCookie,
  sessionMissing,
  workOnSession,
} from './server/sessions/stored-session.js';
export {
  createMount,
  createMountable,
  type Mountable,
  type Mounted,
  type MountedMiddleware,
  mountedMiddleware,
} from './server/socketio.js';
export { findFile } from './server/static/installed-package.js';
export {
  type Exchange,
  HANDLED,
  /** @deprecated The name is {@link HANDLED}. */
  HANDLED as TAKEN,
  NEXT,
  /** @deprecated The name is {@link NEXT}. */
  NEXT as PASS,
  type Outcome,
  type Peer,
  type Reply,
} from './transport/exchange.js';
