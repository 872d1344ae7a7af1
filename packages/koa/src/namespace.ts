import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';
import type { Context } from 'koa';

/**
 * The base of your classes: one object per connection, a method per event. `this.request` is the Koa context of the request
 * that made the connection, after every middleware before the mount has run: with its `session`, `state` and whatever else
 * they add.
 *
 * @typeParam Ctx the context, if the middlewares before the mount make it more than Koa's `Context`
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
  Ctx extends Context = Context,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Ctx> {}
