/**
 * Suites for apps of one framework: its guide, login sessions, proxies in front, neighbours on its HTTP server.
 *
 * @module
 */
export { addressSuite } from './suites/addresses.js';
export { guideSuite, visitorOf } from './suites/guide.js';
export { type LogoutApp, logoutSuite } from './suites/logout.js';
export { mistakeSuite } from './suites/mistakes.js';
export { liveBeside, type Neighbour, neighbourSuite } from './suites/neighbours.js';
export { proxySuite } from './suites/proxies.js';
export { type AppWishes, type ConnectMiddleware, Echo, type Lodger, type ServeApp } from './suites/serve.js';
export { outcomeOf, type ServeSession, type SessionApp, sessionSuite } from './suites/sessions.js';
export { type BuildApp, type SharedApp, severalServersSuite } from './suites/several-servers.js';
export { type ServeSlip, type SlipApp, slipSuite } from './suites/slips.js';
export { uploadSuite } from './suites/uploads.js';
