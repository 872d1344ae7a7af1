/**
 * A WebSocket adapter for NestJS.
 *
 * @module
 */
export { type GuardLike, SioAdapter, type SioAdapterOptions } from './adapter.js';
