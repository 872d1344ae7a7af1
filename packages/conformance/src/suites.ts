/**
 * Suites for what runs around an app: proxies in front of it, neighbours on its HTTP server.
 *
 * @module
 */
export { liveBeside, type Neighbour, neighbourSuite } from './suites/neighbours.js';
export { proxySuite } from './suites/proxies.js';
export { type AppWishes, type ConnectMiddleware, Echo, type Lodger, type ServeApp } from './suites/serve.js';
export { outcomeOf, type ServeSession, type SessionApp, sessionSuite } from './suites/sessions.js';
