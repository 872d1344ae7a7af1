/**
 * For adapters: what mounts an endpoint on a web framework.
 *
 * @module
 */
export * from './server/mount/index.js';
export { type Exchange, type Outcome, PASS, type Reply, TAKEN } from './transport/exchange.js';
