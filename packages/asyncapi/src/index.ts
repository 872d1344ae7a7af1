export { type AsyncApiOptions, asyncapi } from './asyncapi.js';
export { type Change, diff } from './diff.js';
export type {
  AsyncApiDocument,
  ChannelObject,
  Info,
  JsonSchema,
  MessageObject,
  OperationObject,
  Reference,
  ServerObject,
} from './document.js';
export { asyncapiHandlers, asyncapiPageHandlers, type RouteHandlers } from './handlers.js';
export type { ConvertibleSchema, Direction, SchemaOptions } from './schemas.js';
export type { ServersOptions } from './servers.js';
