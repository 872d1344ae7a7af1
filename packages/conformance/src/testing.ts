/**
 * For tests of one adapter: the test kit, and neighbours on its HTTP server.
 *
 * @module
 */
export * from '@sio/test-kit';
export { greeting, originalSocketIo, plainNeighbour } from './neighbours.js';
