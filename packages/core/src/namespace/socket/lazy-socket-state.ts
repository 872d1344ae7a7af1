import { containRejection, isThenable } from '../../internal/lazy-emitter.js';
import type { Event } from '../events/socket-events.js';
import type { AckCallback } from './acknowledgements.js';
import type { SerialQueue } from './serial-queue.js';
import type { Socket } from './socket.js';

// biome-ignore lint/suspicious/noExplicitAny: whatever comes, as socket.io's listeners are used to take it.
export type AnyListener = (event: string, ...args: any[]) => unknown;
export type SocketMiddleware = (event: Event, next: (error?: Error) => void) => unknown;

/** What only few sockets have: catch-all listeners, middlewares, promised acknowledgements, tasks, events in line. */
export class LazySocketState {
  anyIncoming: AnyListener[] = [];
  anyOutgoing: AnyListener[] = [];
  readonly middlewares: SocketMiddleware[] = [];
  /** Ways to tell those who wait for an acknowledgement that it will not come. */
  readonly pending = new Set<(error: Error) => void>();
  /** Made when somebody asks for its signal. */
  abort: AbortController | undefined = undefined;
  /** There while an event is being handled for which others have to wait. */
  line: SerialQueue | undefined = undefined;

  /** Whether anybody wants to see what comes in before it is handled. */
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

  notifyOutgoing(socket: Socket<never, never, never, unknown, unknown> | object, data: Event): void {
    callAll(this.anyOutgoing, data, socket as Socket);
  }

  /** Catch-all listeners first, so that they also see what a middleware refuses; then the middlewares. */
  incoming(socket: object, data: Event, ack: AckCallback | undefined, done: (error?: unknown) => void): void {
    if (this.anyIncoming.length > 0)
      callAll(this.anyIncoming, ack === undefined ? data : [...data, ack], socket as Socket);
    this.#run(0, socket as Socket, data, done);
  }

  #run(index: number, socket: Socket, data: Event, done: (error?: unknown) => void): void {
    const middleware = this.middlewares[index];
    if (middleware === undefined) return done();
    let answered = false;
    const next = (error?: unknown) => {
      if (answered) return;
      answered = true;
      if (error) done(error);
      else this.#run(index + 1, socket, data, done);
    };
    const fail = (error: unknown) => {
      socket._report(error, 'middleware', data[0]);
      next(new Error('Internal error'));
    };
    try {
      const result = middleware(data, next);
      if (isThenable(result)) this.#wait(socket, data, result, () => answered, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** The event waits at most until the promise settles: a middleware drops events by never calling `next`. */
  #wait(
    socket: Socket,
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

  rejectPending(error: Error): void {
    for (const reject of [...this.pending]) reject(error);
    this.pending.clear();
  }
}

function callAll(listeners: readonly AnyListener[], data: Event, socket: Socket): void {
  if (listeners.length === 0) return;
  const report = (error: unknown) => socket._report(error, 'listener', data[0]);
  for (const listener of [...listeners]) {
    try {
      containRejection(listener.apply(socket, data), report);
    } catch (error) {
      report(error);
    }
  }
}
