/**
 * Shared tools of the tests. Everything that is started here ends with the test that started it, and listens on a free port.
 *
 * @module
 */
export { Child, type ChildServer, type ChildServerOptions, childServer, type Memory } from './child.js';
export * from './clients/any-version.js';
export { CookieJar } from './clients/cookie-jar.js';
export * from './clients/current.js';
export * from './clients/engine-session.js';
export { type Answer, fetchAnswer, legacySessionId, PendingRequest, type RequestOptions } from './clients/http.js';
export {
  type ClientKind,
  client09,
  client25,
  client31,
  client40,
  client48,
  everyProtocolVersion,
  type Mode,
  modernClients,
  modes,
  type OfficialSocket,
} from './clients/kinds.js';
export * from './clients/legacy-session.js';
export * from './clients/raw-client.js';
export { RawWebSocket, refusedUpgrade } from './clients/raw-websocket.js';
export { TestClient } from './clients/test-client.js';
export * from './clients/webtransport.js';
export { type App, FRAMEWORKS, type FrameworkName, makeApp } from './frameworks.js';
export { echo, open, RawTcpClient, refusal, serve, upgradeLines } from './raw-tcp.js';
export { serveRoute } from './routes.js';
export { type Running, type StartOptions, startServer } from './server.js';
export { stuck } from './stuck.js';
export { type Certificate, certificate, newCertificate } from './support/certificate.js';
export { closedSocket } from './support/closed.js';
export { addHeaders } from './support/header-proxy.js';
export { Inbox } from './support/inbox.js';
export { listen, listenOnPort, urlOf } from './support/listen.js';
export { failOnStrayErrors } from './support/stray-errors.js';
export { within } from './support/within.js';
export { postInBytes, type TinyChunks } from './tiny-chunks.js';
