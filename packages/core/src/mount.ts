/**
 * For adapters: what mounts an endpoint on a web framework.
 *
 * @module
 */
export * from './server/mount/index.js';
export type { ServerOptions } from './server/options.js';
export type { NamespaceClass, NamespaceProvider, Namespaces } from './server/register.js';
export { createMountable, type Mountable } from './server/socketio.js';
export { type Exchange, type Outcome, PASS, type Reply, TAKEN } from './transport/exchange.js';
