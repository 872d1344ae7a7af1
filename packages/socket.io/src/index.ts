/**
 * The names of socket.io, at the root of a package with socket.io's shape: `npm install socket.io@npm:@sio/socket.io`.
 *
 * @module
 */

// Loaded as socket.io loads its own files of these names: OpenTelemetry's instrumentation patches what they export.
import './socket.js';
import './broadcast-operator.js';
import './namespace.js';

export * from '@sio/core/compat';
export { default } from '@sio/core/compat';
