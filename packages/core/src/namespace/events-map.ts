/** Event names with the functions that describe their arguments; a last function parameter is the acknowledgement. */
export interface EventsMap {
  // biome-ignore lint/suspicious/noExplicitAny: an interface without index signature must be usable as an events map.
  [event: string]: any;
}

/** What socket.io promises when no events are declared: any event with any arguments. */
export interface DefaultEventsMap {
  // biome-ignore lint/suspicious/noExplicitAny: the untyped default accepts everything, as in socket.io.
  [event: string]: (...args: any[]) => void;
}

export type EventNames<Events extends EventsMap> = keyof Events & (string | symbol);

/** The arguments of an event, acknowledgement included. */
export type EventParams<Events extends EventsMap, Ev extends EventNames<Events>> = Events[Ev] extends (
  ...args: infer Args
) => unknown
  ? Args
  : never;

export type Listener<Args extends unknown[]> = (...args: Args) => unknown;

type LastOf<T extends readonly unknown[]> = T extends readonly [...unknown[], infer L] ? L : never;
type AllButLast<T extends unknown[]> = T extends [...infer Head, unknown] ? Head : T;

// biome-ignore lint/suspicious/noExplicitAny: acknowledgements are matched whatever their parameters are.
type Callback = (...args: any[]) => unknown;

/** Whether an events map says nothing (`DefaultEventsMap`): then everything is allowed. */
type IsUntyped<Params extends unknown[]> = unknown[] extends Params ? true : false;

/** The arguments without a trailing acknowledgement. */
export type ParamsWithoutAck<Params extends unknown[]> =
  IsUntyped<Params> extends true ? Params : LastOf<Required<Params>> extends Callback ? AllButLast<Params> : Params;

type AckOf<Params extends unknown[]> =
  IsUntyped<Params> extends true
    ? // biome-ignore lint/suspicious/noExplicitAny: nothing is known of an undeclared acknowledgement.
      any
    : LastOf<Required<Params>> extends (...args: infer Args) => unknown
      ? Args
      : never;

/** What `emitWithAck` resolves to: the first argument of the acknowledgement. */
export type AckValue<Events extends EventsMap, Ev extends EventNames<Events>> =
  unknown[] extends EventParams<Events, Ev>
    ? // biome-ignore lint/suspicious/noExplicitAny: an undeclared acknowledgement may be anything.
      any
    : AckOf<EventParams<Events, Ev>> extends [infer First, ...unknown[]]
      ? First
      : undefined;

/** Events that have an acknowledgement. */
export type EventNamesWithAck<Events extends EventsMap> = {
  [Ev in EventNames<Events>]: IsUntyped<EventParams<Events, Ev>> extends true
    ? Ev
    : LastOf<Required<EventParams<Events, Ev>>> extends Callback
      ? Ev
      : never;
}[EventNames<Events>];

/** Events that have none. */
export type EventNamesWithoutAck<Events extends EventsMap> = {
  [Ev in EventNames<Events>]: IsUntyped<EventParams<Events, Ev>> extends true
    ? Ev
    : LastOf<Required<EventParams<Events, Ev>>> extends Callback
      ? never
      : Ev;
}[EventNames<Events>];

type WithError<Params extends unknown[]> =
  LastOf<Required<Params>> extends (...args: infer Args) => infer R
    ? IsUntyped<Params> extends true
      ? Params
      : [...AllButLast<Params>, (error: Error, ...args: Args) => R]
    : Params;

/** The same events as they look behind `timeout()`: the acknowledgement gets an error first. */
export type DecorateAcknowledgements<Events extends EventsMap> = {
  [Ev in keyof Events]: Events[Ev] extends (...args: infer Args) => infer R
    ? (...args: WithError<Args>) => R
    : Events[Ev];
};

type WithErrorAndResponses<Params extends unknown[]> =
  IsUntyped<Params> extends true
    ? Params
    : LastOf<Required<Params>> extends (...args: infer Args) => infer R
      ? [
          ...AllButLast<Params>,
          (error: Error, responses: Args extends [infer First, ...unknown[]] ? First[] : undefined[]) => R,
        ]
      : Params;

/** The same events as they look in a broadcast: the acknowledgement gets everybody's first argument. */
export type DecorateBroadcastAcknowledgements<Events extends EventsMap> = {
  [Ev in keyof Events]: Events[Ev] extends (...args: infer Args) => infer R
    ? (...args: WithErrorAndResponses<Args>) => R
    : Events[Ev];
};
