export { ClientNamespace, type ClientOptions, type Task, type TimedCalls } from './client-namespace.js';
export { Connection, type ConnectionOptions } from './connection.js';
export { DisconnectedError, type RefusalDetails, ServerRefusal, TimeoutError } from './errors.js';
export { type ReceivedEvent, SimpleClient, type SimpleClientOptions } from './simple-client.js';
export type { ArgsOf, ClientHooks, ErrorContext, EventOf, Handlers, ResultOf, ServerClass } from './types.js';
