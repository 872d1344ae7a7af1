import { CallFailed } from './errors.js';

/** An event that a client received. */
export interface Received {
  /** Its name. */
  readonly event: string;
  /** Its arguments. */
  readonly args: readonly unknown[];
}

interface Waiting {
  readonly resolve: (args: readonly unknown[]) => void;
  readonly reject: (error: Error) => void;
}

const PATIENCE = 5000;
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** Received events, and calls that wait for more. */
export class Inbox {
  readonly log: Received[] = [];
  readonly #unread = new Map<string, (readonly unknown[])[]>();
  readonly #waiting = new Map<string, Waiting[]>();
  #ended: Error | undefined = undefined;

  add(received: Received): void {
    const { event, args } = received;
    this.log.push(received);
    const waiting = this.#waiting.get(event)?.shift();
    if (waiting !== undefined) return waiting.resolve(args);
    const unread = this.#unread.get(event);
    if (unread === undefined) this.#unread.set(event, [args]);
    else unread.push(args);
  }

  received(event: string): readonly (readonly unknown[])[] {
    return this.log.filter((received) => received.event === event).map(({ args }) => args);
  }

  next(event: string): Promise<readonly unknown[]> {
    const unread = this.#unread.get(event)?.shift();
    if (unread !== undefined) return Promise.resolve(unread);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = startTimer(
        () => waiting.reject(new CallFailed(`No event "${event}" within ${PATIENCE} ms`)),
        PATIENCE,
      );
      const waiting: Waiting = {
        resolve(args) {
          stopTimer(timer);
          resolve(args);
        },
        reject: (error) => {
          stopTimer(timer);
          this.#forget(event, waiting);
          reject(error);
        },
      };
      const list = this.#waiting.get(event);
      if (list === undefined) this.#waiting.set(event, [waiting]);
      else list.push(waiting);
    });
  }

  #forget(event: string, waiting: Waiting): void {
    const list = this.#waiting.get(event);
    if (list !== undefined)
      this.#waiting.set(
        event,
        list.filter((other) => other !== waiting),
      );
  }

  /** Called when no further event will come. */
  end(error: Error): void {
    this.#ended = error;
    for (const list of [...this.#waiting.values()]) for (const waiting of [...list]) waiting.reject(error);
  }
}
