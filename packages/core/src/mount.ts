/**
 * For adapters: what mounts an endpoint on a web framework.
 *
 * @module
 */
import './internal/supported-node.js';

export * from './server/mount/index.js';
export type { ServerOptions } from './server/options/options.js';
export type { NamespaceClass, NamespaceProvider, Namespaces } from './server/register.js';
export { createMountable, type Mountable } from './server/socketio.js';
export {
  type Exchange,
  HANDLED,
  /** @deprecated The name is {@link HANDLED}. */
  HANDLED as TAKEN,
  NEXT,
  /** @deprecated The name is {@link NEXT}. */
  NEXT as PASS,
  type Outcome,
  type Reply,
} from './transport/exchange.js';
