import type { Request as HapiRequest } from '@hapi/hapi';
import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';

/**
 * What your classes extend: one object per connection, a method per event. `this.request` is the Hapi request that made the
 * connection, after authentication: with its `auth.credentials`, `yar`, `app` and whatever else extensions add.
 *
 * @typeParam Request the request, if `Request<Refs>` says more than Hapi's own
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
  Request extends HapiRequest = HapiRequest,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Request> {}
