import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';
import type { Request } from 'express';

/**
 * The base of your classes: one object per connection, a method per event. `this.request` is the Express request that made
 * the connection, after every middleware before the mount has run: with its `session`, `user` and whatever else they add.
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Request> {}
