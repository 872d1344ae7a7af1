export type { EmitArgs, TestClient } from './client.js';
export { type FakeClock, useFakeClock } from './clock.js';
export { CallFailed, ConnectRefused } from './errors.js';
export type { Received } from './inbox.js';
export { LeakError } from './leaks.js';
export type { ConnectOptions } from './request.js';
export { type ConnectedClient, connect, createTestServer, type ReportedError, type TestServer } from './server.js';
export type { AnswerTo, CallArgs, EmittedBy, EventOf, LooseClient, NamespaceClass, SocketOf } from './types.js';
