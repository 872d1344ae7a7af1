import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';
import type { FastifyRequest } from 'fastify';

/**
 * The base of your classes: one object per connection, a method per event. `this.request` is the Fastify request that made
 * the connection, after every hook before the mount's routes has run: with its `session`, `user` and whatever else they add.
 *
 * @typeParam Request the request, if the routes before the mount make it more than a `FastifyRequest`
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
  Request extends FastifyRequest = FastifyRequest,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Request> {}
