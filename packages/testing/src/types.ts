import type { CallsOf, EmitsOf, Namespace } from '@sio/core';

/** A class that extends `Namespace`. */
export type NamespaceClass = abstract new (...args: never[]) => object;

/** The object of a class that serves one client. */
export type SocketOf<Class extends NamespaceClass> = Class extends abstract new (
  ...args: never[]
) => infer Instance
  ? object extends Instance
    ? Namespace
    : Instance
  : never;

type Fn = (...args: never[]) => unknown;

/** The names of the events that a class handles, as far as its types show them. */
export type EventOf<Class extends NamespaceClass> = keyof CallsOf<Class> & string;

type ParamsOfCall<Class extends NamespaceClass, Event extends EventOf<Class>> = CallsOf<Class>[Event] extends Fn
  ? Parameters<CallsOf<Class>[Event]>
  : never;

/** The arguments of an event, without the callback. */
export type CallArgs<Class extends NamespaceClass, Event extends EventOf<Class>> =
  ParamsOfCall<Class, Event> extends infer Params ? WithoutLast<Params> : never;

type WithoutLast<Params> = Params extends readonly [...infer Args, infer _Ack] ? Args : never;

/** The acknowledgement of an event: what the method returns, or resolves with. */
export type AnswerTo<Class extends NamespaceClass, Event extends EventOf<Class>> =
  ParamsOfCall<Class, Event> extends infer Params
    ? Params extends readonly [...unknown[], infer Ack extends Fn]
      ? AnswerIn<Parameters<Ack>>
      : never
    : never;

/** Undefined for no value, the value itself for one, a list for several. */
type AnswerIn<Values extends readonly unknown[]> = Values extends readonly [_?: infer Only] ? Only : Values;

/** The events that a class emits, with the arguments of each. */
export type EmittedBy<Class extends NamespaceClass> = {
  [Event in keyof EmitsOf<Class> & string]: EmitsOf<Class>[Event] extends Fn ? ArgsOf<EmitsOf<Class>[Event]> : never;
};

/** The arguments without the callback that a client acknowledges with. */
type ArgsOf<Emit extends Fn> =
  Parameters<Emit> extends readonly [...infer Args, infer Last]
    ? Last extends Fn
      ? Args
      : Parameters<Emit>
    : Parameters<Emit>;

/** The methods of a client for events that the types do not list, such as those that `@on` binds. */
export interface LooseClient {
  /** As {@link TestClient.emit}. */
  emit(event: string, ...args: unknown[]): void;
  /** As {@link TestClient.call}. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answers.
  call(event: string, ...args: unknown[]): Promise<any>;
  /** As {@link TestClient.received}. */
  received(event: string): readonly (readonly unknown[])[];
  /** As {@link TestClient.next}. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says.
  next(event: string): Promise<any[]>;
  /** As {@link TestClient.on}. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says.
  on(event: string, handler: (...args: any[]) => unknown): this;
}
