import type { Packet } from '../../codec/packet/packet.js';
import {
  callListeners,
  contain,
  containRejection,
  type Emitter,
  isThenable,
} from '../../internal/events/lazy-emitter.js';
import type { SocketLike } from '../contracts.js';
import type { Event } from '../events/socket-events.js';
import type { BroadcastFlags } from '../hub/flags.js';
import { kReport } from '../symbols.js';
import type { WaitingPacket } from './pending-input.js';
import type { SerialQueue } from './serial-queue.js';
import type { SocketStyle } from './style.js';

/** The life of a socket. */
export const Phase = Object.freeze({
  JOINING: 0,
  CONNECTED: 1,
  /** `disconnecting` is being told; still in its rooms. */
  LEAVING: 2,
  GONE: 3,
});

/** A {@link Phase}. */
export const kPhase: unique symbol = Symbol('sio.phase');
/** The methods and hooks of its class; undefined for the function style. */
export const kStyle: unique symbol = Symbol('sio.style');
/** Events that are being handled, or whose acknowledgement a listener has yet to give. */
export const kHandling: unique symbol = Symbol('sio.handling');
/** How the next event is sent. */
export const kFlags: unique symbol = Symbol('sio.flags');
/** Awaited acknowledgements by id. */
export const kAcks: unique symbol = Symbol('sio.acks');
/** Packets that were sent before the client is told that it is in. */
export const kUnsent: unique symbol = Symbol('sio.unsent');
/** Packets that came before the client is told that it is in. */
export const kUnread: unique symbol = Symbol('sio.unread');
/** Emits past the types. */
export const kEmit: unique symbol = Symbol('sio.emit');
/** {@link LazyState}, once something needs it. */
export const kLazy: unique symbol = Symbol('sio.lazy');

/** Takes an acknowledgement. */
export type AckCallback = (...args: unknown[]) => unknown;

/** An event as `onevent` takes it. */
export interface EventPacket {
  readonly type: number;
  readonly nsp: string;
  data: Event;
}

/** A socket as its own parts see it. */
export interface SocketInternals extends SocketLike {
  [kPhase]: number;
  readonly [kStyle]: SocketStyle | undefined;
  [kHandling]: number;
  [kFlags]: BroadcastFlags | undefined;
  [kAcks]: Map<number, AckCallback> | undefined;
  [kUnsent]: Packet[] | undefined;
  [kUnread]: WaitingPacket[] | undefined;
  [kLazy]: LazyState | undefined;
  /** Adapters add theirs. */
  readonly acks: Map<number, AckCallback>;
  readonly signal: AbortSignal;
  onevent(packet: EventPacket): void;
  /** Emits past the types, as an application would. */
  [kEmit](event: string, ...args: unknown[]): void;
}

/** The state that only few sockets have. @see LazyState */
export function lazyStateOf(socket: SocketInternals): LazyState {
  socket[kLazy] ??= new LazyState();
  return socket[kLazy];
}

// biome-ignore lint/suspicious/noExplicitAny: whatever comes, as socket.io's listeners are used to take it.
export type AnyListener = (event: string, ...args: any[]) => unknown;
export type SocketMiddleware = (event: Event, next: (error?: Error) => void) => unknown;

/** Catch-all listeners, middlewares, promised acknowledgements, tasks and events in line: few sockets have any. */
export class LazyState {
  anyIncoming: AnyListener[] = [];
  anyOutgoing: AnyListener[] = [];
  readonly middlewares: SocketMiddleware[] = [];
  /** Each rejects the promise of an acknowledgement that will not come. */
  readonly pendingAcks = new Set<(error: Error) => void>();
  /** Made when the application asks for its signal. */
  abort: AbortController | undefined = undefined;
  /** There while an event is being handled that others have to wait for. */
  queue: SerialQueue | undefined = undefined;

  /** Whether events are looked at before they are handled. */
  get watchesIncoming(): boolean {
    return this.anyIncoming.length > 0 || this.middlewares.length > 0;
  }

  removeAny(which: 'anyIncoming' | 'anyOutgoing', listener: AnyListener | undefined): void {
    if (listener === undefined) {
      this[which] = [];
      return;
    }
    const index = this[which].indexOf(listener);
    if (index !== -1) this[which].splice(index, 1);
  }

  notifyOutgoing(socket: SocketLike, data: Event): void {
    callAll(this.anyOutgoing, data, socket);
  }

  /** Catch-all listeners first, so that they also see what a middleware refuses; then the middlewares. */
  incoming(socket: SocketLike, data: Event, ack: AckCallback | undefined, done: (error?: unknown) => void): void {
    if (this.anyIncoming.length > 0) callAll(this.anyIncoming, ack === undefined ? data : [...data, ack], socket);
    this.#run(0, socket, data, done);
  }

  #run(index: number, socket: SocketLike, data: Event, done: (error?: unknown) => void): void {
    const middleware = this.middlewares[index];
    // Later: the code behind a middleware's call of `next` comes before the event's handler.
    if (middleware === undefined) return index === 0 ? done() : process.nextTick(done);
    let answered = false;
    const next = (error?: unknown) => {
      if (answered) return;
      answered = true;
      if (error) process.nextTick(done, error);
      else this.#run(index + 1, socket, data, done);
    };
    const fail = (error: unknown) => {
      socket[kReport](error, 'middleware', data[0]);
      next(new Error('Internal error'));
    };
    try {
      const result = middleware(data, next);
      if (isThenable(result)) wait(socket, data, result, () => answered, fail);
    } catch (error) {
      fail(error);
    }
  }

  rejectPending(error: Error): void {
    for (const reject of [...this.pendingAcks]) reject(error);
    this.pendingAcks.clear();
  }
}

/** The event waits at most until the promise settles: a middleware drops events by never calling `next`. */
function wait(
  socket: SocketLike,
  data: Event,
  deciding: PromiseLike<unknown>,
  answered: () => boolean,
  fail: (error: unknown) => void,
): void {
  if (answered()) return containRejection(deciding, fail);
  const { _pending: pending } = socket.client;
  const cost = pending.add(data);
  deciding.then(
    () => pending.remove(cost),
    (error: unknown) => {
      pending.remove(cost);
      fail(error);
    },
  );
}

function callAll(listeners: readonly AnyListener[], data: Event, socket: SocketLike): void {
  if (listeners.length === 0) return;
  const report = (error: unknown) => socket[kReport](error, 'listener', data[0]);
  for (const listener of [...listeners]) {
    try {
      containRejection(listener.apply(socket, data), report);
    } catch (error) {
      report(error);
    }
  }
}

// ---- code of the application ----

/** Runs code that may fail; its failure is reported. */
export function containIn(socket: SocketInternals, phase: string, run: () => unknown): void {
  contain(run, (error) => socket[kReport](error, phase, undefined));
}

/** Calls the listeners of one of our own events. */
export function publishToListeners(socket: SocketInternals, event: string, args: unknown[]): void {
  const report = (error: unknown) => socket[kReport](error, 'listener', event);
  callListeners(socket as SocketInternals & Emitter, event, args, report);
}
