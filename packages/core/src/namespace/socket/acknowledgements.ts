import { ContainedPromise, contained } from '../../internal/events/contained-promise.js';
import { contain } from '../../internal/events/lazy-emitter.js';
import { DeadlineQueue, type Deadlines, QueuedDeadline } from '../../internal/time/deadlines.js';
import { durationOf } from '../../internal/time/long-timer.js';
import { type AckCallback, kAcks, kEmit, kFlags, kPhase, lazyStateOf, Phase, type SocketInternals } from './state.js';

export type { AckCallback } from './state.js';

/** An acknowledgement with a time limit: the callback gets an error first. */
class TimedAck extends QueuedDeadline {
  readonly #acks: Map<number, AckCallback>;
  readonly #id: number;
  readonly #callback: AckCallback;
  readonly #report: (error: unknown) => void;

  constructor(acks: Map<number, AckCallback>, id: number, callback: AckCallback, report: (error: unknown) => void) {
    super();
    this.#report = report;
    this.#acks = acks;
    this.#id = id;
    this.#callback = callback;
  }

  readonly settle: AckCallback = (...args) => {
    DeadlineQueue.cancel(this);
    return this.#callback(null, ...args);
  };

  override onDeadline(): void {
    this.#acks.delete(this.#id);
    contain(() => this.#callback(new Error('operation has timed out')), this.#report);
  }
}

/**
 * Registers `callback` for the acknowledgement `id`; late ones are ignored.
 * @param timeout milliseconds
 * @param report takes what the callback throws when the time is over
 */
export function addTimedAck(
  acks: Map<number, AckCallback>,
  id: number,
  callback: AckCallback,
  timeout: number,
  deadlines: Deadlines,
  report: (error: unknown) => void,
): void {
  const ack = new TimedAck(acks, id, callback, report);
  acks.set(id, ack.settle);
  deadlines.of(durationOf(timeout)).arm(ack);
}

/** The callback for an acknowledgement, once. */
export function takeAck(socket: SocketInternals, id: number | undefined): AckCallback | undefined {
  const callback = id === undefined ? undefined : socket[kAcks]?.get(id);
  if (callback !== undefined) socket[kAcks]?.delete(id as number);
  return callback;
}

/** Emits an event and waits for its acknowledgement. @throws Error when the client leaves or the time is over. */
export function emitForAck(socket: SocketInternals, data: unknown[]): Promise<unknown> {
  const { unawaited } = socket.server;
  const phase = socket[kPhase];
  if (phase !== Phase.CONNECTED) {
    const joining = phase === Phase.JOINING;
    const why = joining ? 'the client has not been told yet that it is connected' : 'the socket has been disconnected';
    return contained(Promise.reject(new Error(`emitWithAck: ${why}`)), 'emitWithAck', unawaited);
  }
  const timed = socket[kFlags]?.timeout !== undefined;
  const executor = (resolve: (value: unknown) => void, reject: (reason: unknown) => void): void => {
    const { pendingAcks } = lazyStateOf(socket);
    const settle = (error: unknown, value: unknown) => {
      pendingAcks.delete(reject);
      if (error !== null) reject(error);
      else resolve(value);
    };
    pendingAcks.add(reject);
    const callback = timed ? settle : (value: unknown) => settle(null, value);
    socket[kEmit](data[0] as string, ...data.slice(1), callback);
  };
  return new ContainedPromise(executor, 'emitWithAck', unawaited);
}
