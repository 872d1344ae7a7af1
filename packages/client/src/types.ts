import type { CallsOf, EmitsOf, Refusal } from '@sio/core';

/** The server's class, `typeof ChatNamespace`, shared with the server by `import type`. */
export type ServerClass = abstract new (...args: never[]) => object;

type Fn = (...args: never[]) => unknown;

/** Whether no server class was given: then every event is allowed, with any arguments. */
type Untyped<Server> = [Server] extends [never] ? true : false;

/** The events that the server's class takes. */
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

/** The result of the server's method: one value as itself, none as undefined, several as a list. Refusals are thrown. */
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
  /** The server has accepted this namespace, at first or after a reconnection. */
  onConnect(): unknown;
  /** The server refused the namespace, or the connection failed; after a failed connection the client tries again by itself. */
  onConnectError(error: Error & { data?: unknown }): unknown;
  /** The connection is lost. `reconnects` says whether the client tries again by itself. */
  onDisconnect(reason: string, reconnects: boolean): unknown;
  /** Attempt number `attempt` to get the connection back begins. */
  onReconnectAttempt(attempt: number): unknown;
  /** All attempts failed (option `reconnectionAttempts`); the client has given up. */
  onReconnectFailed(): unknown;
  /** An event that no method takes. Its result is the acknowledgement. */
  onUnhandled(event: string, ...args: unknown[]): unknown;
  /** A handler, hook or task threw. Without this hook the error goes to `console.error`. */
  onError(error: unknown, context: ErrorContext): unknown;
}

/** Where an error came from. */
export interface ErrorContext {
  /** The event whose handler threw, the name of a hook, or `task`. */
  readonly source: string;
}

/**
 * The methods that a client may have for what the server's class emits, for `implements`:
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
