import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';
import type { Request } from 'express';

/**
 * The base of your classes: one object per connection, one method per event. `this.request` is the Express request that opened
 * the connection, with everything that the middlewares before the mount added to it, such as `session` and `user`.
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Request> {}
