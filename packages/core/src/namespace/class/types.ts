import type { Answer, Refusal } from '../access/refusal.js';
import type { Acks } from './acks.js';
import type { ClientArguments, EventSchema } from './declare/argument-schema.js';
import type { EmittedTo, StaticEmits } from './declare/outbound.js';
import type { EventDefinition } from './declare/static-events.js';
import type { HookName } from './hook-names.js';

/**
 * The events that a client may send to a namespace, derived from its class, for the type parameters of
 * `socket.io-client`'s `Socket<EmitsOf<typeof Chat>, EventsOf<typeof Chat>>`. Share it by `import type` alone.
 *
 * - Names come from public methods: `onChat` → `chat`, `on_private_message` → `private_message`; hooks are none. What
 *   `@on` binds has no effect on types; what `static events` declares has.
 * - Parameters are the method's, or what its schema takes; every overload counts, up to four.
 * - The callback for the acknowledgement may be left out. It gets an {@link Answer}: the handler's result with promises
 *   unwrapped, or a refusal. `acks(a, b)` gives several arguments, a handler without result gives none.
 *
 * `emitWithAck` of the official client gives `any` where a callback may be left out; {@link CallsOf} types it.
 */
export type EventsOf<Class extends NamespaceClass> = {
  [Event in EventNamesOf<Class>]: Emitter<SignaturesOf<Class, Event>, 'optional'>;
};

/**
 * As {@link EventsOf}, with callbacks that must be given. Types `emitWithAck` of the official client precisely:
 * `Socket<EmitsOf<typeof Chat>, CallsOf<typeof Chat>>`.
 */
export type CallsOf<Class extends NamespaceClass> = {
  [Event in EventNamesOf<Class>]: Emitter<SignaturesOf<Class, Event>, 'required'>;
};

/**
 * The events that a namespace sends to its clients: what its `static emits` declares, as its schemas give it, else the first
 * type argument that its class gives to `Namespace`.
 */
export type EmitsOf<Class extends NamespaceClass> = Class extends { readonly emits: infer Emits extends StaticEmits }
  ? EmittedTo<Emits>
  : InstanceOf<Class> extends CarriesEvents<infer Events>
    ? Events
    : never;

/** The parameter of the types above: `typeof ChatNamespace`. */
export type NamespaceClass = abstract new (...args: never[]) => object;

/** Lets {@link EmitsOf} find the events that a class emits. Declared for the compiler; no object has the member. */
export interface CarriesEvents<Events> {
  readonly '~emits'?: Events;
}

type InstanceOf<Class> = Class extends abstract new (...args: never[]) => infer Instance ? Instance : never;

// ---------------------------------------------------------------------------------------------------------- names

/** Names that begin as a handler's does and are none: the hooks, and `Socket`'s listeners for any event. */
type NoEvent = HookName | 'onAny' | 'onAnyOutgoing';

type EventNamesOf<Class> = EventOfMethod<keyof InstanceOf<Class>, InstanceOf<Class>> | keyof StaticEventsOf<Class>;

type EventOfMethod<Key, Instance> = Key extends keyof Instance & `on${infer Rest}`
  ? Key extends NoEvent
    ? never
    : Instance[Key] extends (...args: never[]) => unknown
      ? EventOfRest<Rest>
      : never
  : never;

/** A lower-case letter after `on` makes another word (`only`), which no event reaches. */
type EventOfRest<Rest extends string> = Rest extends `_${infer Tail}`
  ? WithoutUnderscores<Tail>
  : Rest extends `${infer First}${string}`
    ? First extends Uppercase<First>
      ? Uncapitalize<Rest>
      : never
    : never;

type WithoutUnderscores<Text extends string> = Text extends `_${infer Tail}`
  ? WithoutUnderscores<Tail>
  : Text extends ''
    ? never
    : Uncapitalize<Text>;

// ----------------------------------------------------------------------------------------------------- signatures

type StaticEventsOf<Class> = Class extends { readonly events: infer Events extends object } ? Events : unknown;

/** Pairs of arguments and result, one per overload. Bound names win over those that methods' names give. */
type SignaturesOf<Class, Event> = Event extends keyof StaticEventsOf<Class>
  ? SignaturesOfDefinition<StaticEventsOf<Class>[Event], InstanceOf<Class>>
  : SignaturesOfMethod<InstanceOf<Class>, Event>;

type SignaturesOfMethod<Instance, Event> = {
  [Key in keyof Instance]: Event extends EventOfMethod<Key, Instance> ? Overloads<Instance[Key]> : never;
}[keyof Instance];

type SignaturesOfDefinition<Definition, Instance> =
  Definition extends EventDefinition<infer Schema extends EventSchema, infer Handler>
    ? [ClientArguments<Schema>, Overloads<Handled<Handler, Instance>>[1]]
    : Overloads<Handled<Definition, Instance>>;

type Handled<Handler, Instance> = Handler extends keyof Instance ? Instance[Handler] : Handler;

/** The overloads of a function, up to four (of more the last four), as pairs of arguments and result. */
type Overloads<Method> = Method extends {
  (...args: infer A1): infer R1;
  (...args: infer A2): infer R2;
  (...args: infer A3): infer R3;
  (...args: infer A4): infer R4;
}
  ? [A1, R1] | [A2, R2] | [A3, R3] | [A4, R4]
  : FewerOverloads<Method>;

/** Before 5.4, TypeScript matches only as many overloads as there are. */
type FewerOverloads<Method> = Method extends {
  (...args: infer A1): infer R1;
  (...args: infer A2): infer R2;
  (...args: infer A3): infer R3;
}
  ? [A1, R1] | [A2, R2] | [A3, R3]
  : Method extends { (...args: infer A1): infer R1; (...args: infer A2): infer R2 }
    ? [A1, R1] | [A2, R2]
    : Method extends (...args: infer A1) => infer R1
      ? [A1, R1]
      : never;

// ---------------------------------------------------------------------------------------------- what a client sends

type AckMode = 'optional' | 'required';

// The argument lists are spelled out with and without the callback. An optional parameter would be shorter, but the
// client's `timeout()` cannot put its error before the arguments of a callback that is optional.
type Emitter<Signature, Mode extends AckMode> = (...args: Sent<Signature, Mode>) => void;

type Sent<Signature, Mode extends AckMode> = Signature extends [infer Args extends readonly unknown[], infer Result]
  ? WithAck<Shortened<Args>, AckOf<Awaited<Result>>, Mode>
  : never;

type WithAck<Args extends readonly unknown[], Ack, Mode extends AckMode> = Args extends readonly unknown[]
  ? (Mode extends 'optional' ? [...Args] : never) | [...args: Args, ack: Ack]
  : never;

/** The forms that a list with optional elements at its end can have, since the callback comes last in each. */
type Shortened<Args extends readonly unknown[]> = Args extends readonly []
  ? []
  : IsArray<Args> extends true
    ? Args
    : Args extends readonly [unknown, ...infer Tail]
      ? Prepend<First<Args>, Shortened<Tail>>
      : Args extends readonly [_?: unknown, ...tail: infer Tail]
        ? [] | Prepend<First<Required<Args>>, Shortened<Tail>>
        : Args;

/** A list of the first element of `Args`, with its label where the compiler lets us have it. */
type First<Args extends readonly unknown[]> = Args extends readonly [infer Head, ...infer Tail]
  ? number extends Tail['length']
    ? [Head]
    : Args extends readonly [...infer Labelled, ...Tail]
      ? Labelled
      : [Head]
  : never;

type Prepend<Head extends readonly unknown[], Tails extends readonly unknown[]> = Tails extends readonly unknown[]
  ? [...Head, ...Tails]
  : never;

/** An array has no elements of their own, unlike a list with optional ones before its rest. */
type IsArray<Args extends readonly unknown[]> = '0' extends keyof Args ? false : true;

// ---------------------------------------------------------------------------------------------- what a client gets

// biome-ignore lint/suspicious/noConfusingVoidType: what a method without `return` is declared to give
type Nothing = undefined | void;

type AckOf<Result> = [Result] extends [never]
  ? (answer: Refusal) => void
  : IsAny<Result> extends true
    ? (answer: Result) => void
    : [Result] extends [Nothing]
      ? (refusal?: Refusal) => void
      : AckWithValues<Result>;

type AckWithValues<Result> = [Result] extends [Acks<infer Values>]
  ? (first: Answer<Values[0]>, ...others: Others<Values>) => void
  : [Extract<Result, Acks>] extends [never]
    ? [Extract<Result, Nothing>] extends [never]
      ? (answer: Answer<Result>) => void
      : (answer?: Answer<Exclude<Result, Nothing>>) => void
    : (...answers: Mixed<Result>) => void;

/** The values after the first one, which a refusal lacks. */
type Others<Values extends readonly unknown[]> = Values extends readonly [unknown, ...infer Tail] ? Partial<Tail> : [];

/** For a handler that gives now one value and now several. */
type Mixed<Result> =
  Result extends Acks<infer Values>
    ? [first?: Answer<Values[0]>, ...others: Others<Values>]
    : [answer?: Answer<Exclude<Result, Nothing>>];

type IsAny<T> = 0 extends 1 & T ? true : false;
