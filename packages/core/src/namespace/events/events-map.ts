/** Event names with the functions that describe their arguments; a last function parameter is the acknowledgement. */
export interface EventsMap {
  // biome-ignore lint/suspicious/noExplicitAny: an interface without index signature must be usable as an events map.
  [event: string]: any;
}

/** The events when none are declared: any event with any arguments, as in socket.io. */
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
  IsUntyped<Params> extends true ? Params : HasAck<Params> extends true ? AllButLast<Params> : Params;

type AckOf<Params extends unknown[]> =
  IsUntyped<Params> extends true
    ? // biome-ignore lint/suspicious/noExplicitAny: nothing is known of an undeclared acknowledgement.
      any
    : LastOf<Required<Params>> extends (...args: infer Args) => unknown
      ? Args
      : never;

/** `any` is everything, an error among it; only a declared error counts. */
type IsError<T> = 0 extends 1 & T ? false : T extends Error ? true : false;

/** The first argument, or the second behind an error. */
type FirstValue<Args> = Args extends [infer First, ...infer Rest]
  ? IsError<First> extends true
    ? Rest extends [infer Second, ...unknown[]]
      ? Second
      : undefined
    : First
  : undefined;

/** What `emitWithAck` resolves to: the first argument of the acknowledgement that is not its error. */
export type AckValue<Events extends EventsMap, Ev extends EventNames<Events>> =
  unknown[] extends EventParams<Events, Ev>
    ? // biome-ignore lint/suspicious/noExplicitAny: an undeclared acknowledgement may be anything.
      any
    : FirstValue<AckOf<EventParams<Events, Ev>>>;

/** The arguments of a `message` event; where no such event is declared, `send` cannot be called. */
export type MessageParams<Events extends EventsMap> = 'message' extends keyof Events
  ? EventParams<Events, 'message'>
  : never;

/** Whether the last argument is an acknowledgement; `true` as well when nothing is declared. */
type HasAck<Params extends unknown[]> =
  IsUntyped<Params> extends true
    ? true
    : [LastOf<Required<Params>>] extends [never]
      ? false
      : LastOf<Required<Params>> extends Callback
        ? true
        : false;

/** Events that have an acknowledgement. */
export type EventNamesWithAck<Events extends EventsMap> = {
  [Ev in EventNames<Events>]: HasAck<EventParams<Events, Ev>> extends true ? Ev : never;
}[EventNames<Events>];

/** Events that have none. */
export type EventNamesWithoutAck<Events extends EventsMap> = {
  [Ev in EventNames<Events>]: IsUntyped<EventParams<Events, Ev>> extends true
    ? Ev
    : HasAck<EventParams<Events, Ev>> extends true
      ? never
      : Ev;
}[EventNames<Events>];

/** There is no declared acknowledgement to change. */
type IsPlain<Params extends unknown[]> =
  IsUntyped<Params> extends true ? true : HasAck<Params> extends true ? false : true;

/** The same arguments with another acknowledgement. */
type WithAck<Params extends unknown[], Ack extends unknown[], R> = [...AllButLast<Params>, (...args: Ack) => R];

type WithError<Params extends unknown[]> =
  IsPlain<Params> extends true
    ? Params
    : LastOf<Required<Params>> extends (...args: infer Args) => infer R
      ? IsError<Args[0]> extends true
        ? Params
        : WithAck<Params, [error: Error, ...args: Args], R>
      : Params;

/** The same events as they look behind `timeout()`: the acknowledgement gets an error first. */
export type DecorateAcknowledgements<Events> = {
  [Ev in keyof Events]: Events[Ev] extends (...args: infer Args) => infer R
    ? (...args: WithError<Args>) => R
    : Events[Ev];
};

/** The acknowledgements of all clients together. */
type Collected<Args extends unknown[]> = Args extends [infer First, ...infer Rest]
  ? IsError<First> extends true
    ? [error: First, responses: (Rest extends [infer Second, ...unknown[]] ? Second : undefined)[]]
    : [responses: First[]]
  : Args extends []
    ? [responses: undefined[]]
    : Args;

type WithResponses<Params extends unknown[]> =
  IsPlain<Params> extends true
    ? Params
    : LastOf<Required<Params>> extends (...args: infer Args) => infer R
      ? WithAck<Params, Collected<Args>, R>
      : Params;

/** The same events as they look in a broadcast: the acknowledgement gets everybody's first argument. */
export type DecorateAcknowledgementsWithMultipleResponses<Events> = {
  [Ev in keyof Events]: Events[Ev] extends (...args: infer Args) => infer R
    ? (...args: WithResponses<Args>) => R
    : Events[Ev];
};

/** Both: a broadcast with a limit. */
export type DecorateBroadcastAcknowledgements<Events> = DecorateAcknowledgements<
  DecorateAcknowledgementsWithMultipleResponses<Events>
>;
