import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';
import type { Context } from 'koa';

/**
 * The base of your classes: one object per connection, one method per event. `this.request` is the Koa context of the request
 * that opened the connection, with everything that the middlewares before the mount added to it, such as `session` and `state`.
 *
 * @typeParam Ctx the type of the context, if middlewares before the mount add members to Koa's `Context`
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
  Ctx extends Context = Context,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Ctx> {}
