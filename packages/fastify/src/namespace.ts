import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';
import type { FastifyRequest } from 'fastify';

/**
 * The base of your classes: one object per connection, one method per event. `this.request` is the Fastify request that opened
 * the connection, with everything that hooks added to it, such as `session` and `user`.
 *
 * @typeParam Request the type of the request, if hooks or decorators add members to `FastifyRequest`
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
  Request extends FastifyRequest = FastifyRequest,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Request> {}
