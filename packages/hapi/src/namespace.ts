import type { ReqRef, ReqRefDefaults, Request } from '@hapi/hapi';
import { Namespace as CoreNamespace, type DefaultEventsMap, type EventsMap } from '@sio/core';

/**
 * The base of your classes: one object per connection, one method per event. `this.request` is the Hapi request that opened the
 * connection, after authentication, with its `auth.credentials`, `yar`, `app` and everything that extensions added.
 *
 * @typeParam Refs the types of the request's members, as in Hapi's `Request<Refs>`
 */
export class Namespace<
  ServerEvents extends EventsMap = DefaultEventsMap,
  ClientEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: the default of the core's class.
  Data = any,
  Refs extends ReqRef = ReqRefDefaults,
> extends CoreNamespace<ServerEvents, ClientEvents, Data, Request<Refs>> {}
