/**
 * The names of socket.io, at the root of a package with socket.io's shape: `npm install socket.io@npm:@sio/socket.io`.
 *
 * @module
 */
export * from '@sio/core/compat';
export { default } from '@sio/core/compat';
