import type { CallsOf, EmitsOf, Refusal } from '@sio/core';

/** The server's class, `typeof ChatNamespace`, shared with the server by `import type`. */
export type ServerClass = abstract new (...args: never[]) => object;

type Fn = (...args: never[]) => unknown;

/** Whether no server class was given: then every event is allowed, with any arguments. */
type Untyped<Server> = [Server] extends [never] ? true : false;

/** The names of the events that the server's class handles. */
export type EventOf<Server extends ServerClass> =
  Untyped<Server> extends true ? string : keyof CallsOf<Server> & string;

type ParamsOf<Server extends ServerClass, Event> = Event extends keyof CallsOf<Server>
  ? CallsOf<Server>[Event] extends Fn
    ? Parameters<CallsOf<Server>[Event]>
    : never
  : never;

/** The arguments of an event, without the callback. */
export type ArgsOf<Server extends ServerClass, Event extends string> =
  Untyped<Server> extends true ? unknown[] : WithoutAck<ParamsOf<Server, Event>>;

type WithoutAck<Params> = Params extends readonly [...infer Args, infer _Ack] ? Args : never;

/** The result of the server's method: undefined for no value, the value itself for one, an array for several. Refusals are thrown. */
export type ResultOf<Server extends ServerClass, Event extends string> =
  Untyped<Server> extends true
    ? unknown
    : ParamsOf<Server, Event> extends infer Params
      ? Params extends readonly [...unknown[], infer Ack extends Fn]
        ? Value<Parameters<Ack>>
        : never
      : never;

type Value<Values extends readonly unknown[]> = Values extends readonly [_?: infer Only]
  ? Exclude<Only, Refusal>
  : Values extends readonly [infer First, ...infer Rest]
    ? [Exclude<First, Refusal>, ...Required<Rest>]
    : Values;

/** Lifecycle hooks of a {@link ClientNamespace}. All are optional. */
export interface ClientHooks {
  /** Called when the server has accepted this client, at first and after each reconnection. */
  onConnect(): unknown;
  /** Called when the server refused this client, or the connection failed. After a failed connection the client tries again by itself. */
  onConnectError(error: Error & { data?: unknown }): unknown;
  /** Called when the connection is lost. `reconnects` says whether the client tries again by itself. */
  onDisconnect(reason: string, reconnects: boolean): unknown;
  /** Called before each attempt to reconnect. `attempt` counts from 1. */
  onReconnectAttempt(attempt: number): unknown;
  /** Called when all attempts have failed (option `reconnectionAttempts`). The client does not try again. */
  onReconnectFailed(): unknown;
  /** Called for an event without a method. Its result is the acknowledgement. */
  onUnhandled(event: string, ...args: unknown[]): unknown;
  /** Called when a handler, hook or task throws. Without this hook the error goes to `console.error`. */
  onError(error: unknown, context: ErrorContext): unknown;
}

/** The source of an error. */
export interface ErrorContext {
  /** The event whose handler threw, the name of the hook, or `task`. */
  readonly source: string;
}

/**
 * The methods for the events that the server's class emits, all of them optional, for `implements`:
 * `class Chat extends ClientNamespace<typeof ChatNamespace> implements Handlers<typeof ChatNamespace>`.
 */
export type Handlers<Server extends ServerClass> = Partial<ClientHooks> & {
  [Event in keyof EmitsOf<Server> & string as `on${Capitalize<Event>}`]?: EmitsOf<Server>[Event] extends Fn
    ? (...args: Received<Parameters<EmitsOf<Server>[Event]>>) => Answer<Parameters<EmitsOf<Server>[Event]>>
    : never;
};

type Received<Params extends readonly unknown[]> = Params extends readonly [...infer Args, infer Last]
  ? Last extends Fn
    ? Args
    : Params
  : Params;

/** The acknowledgement that the server waits for, or anything where it waits for none. */
type Answer<Params extends readonly unknown[]> = Params extends readonly [...unknown[], infer Last]
  ? Last extends (answer: infer Expected) => unknown
    ? Expected | PromiseLike<Expected>
    : unknown
  : unknown;
