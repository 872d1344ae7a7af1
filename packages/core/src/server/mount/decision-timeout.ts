import { DeadlineQueue, QueuedDeadline } from '../../internal/deadlines.js';
import type { Reply } from '../../transport/exchange.js';
import type { PendingExchange } from './pending-exchange.js';
import { textReply } from './reply.js';

/** Time (ms) that the application has to answer a request or an upgrade, unless an option says otherwise. */
export const HANDSHAKE_TIMEOUT = 20_000;

/** An ordinary request that waits for a decision of the application's, which may never come. */
class DecisionTimeoutError extends QueuedDeadline {
  readonly #exchange: PendingExchange;
  readonly #refuse: (reply: Reply) => void;

  constructor(exchange: PendingExchange, refuse: (reply: Reply) => void) {
    super();
    this.#exchange = exchange;
    this.#refuse = refuse;
  }

  override onDeadline(): void {
    // An answer under way, by a middleware, takes its time.
    if (this.#exchange.res.headersSent) return;
    // What is decided from here on must not become a connection.
    this.#exchange.settle(false);
    this.#refuse(textReply(503));
  }
}

/** Refuses requests that nobody decides on in time. Upgrades, which are no longer Node's to time, look after themselves. */
export class DecisionTimeout {
  readonly #queue: DeadlineQueue;

  /** @param timeout in milliseconds */
  constructor(timeout: number) {
    this.#queue = new DeadlineQueue(timeout);
  }

  /**
   * @param refuse called with what to answer, unless the decision comes first
   * @returns to be called with the decision. False: it is too late.
   */
  watch(exchange: PendingExchange, refuse: (reply: Reply) => void): () => boolean {
    let late = false;
    const waiting = new DecisionTimeoutError(exchange, (reply) => {
      late = true;
      refuse(reply);
    });
    this.#queue.arm(waiting);
    return () => {
      DeadlineQueue.cancel(waiting);
      return !late;
    };
  }
}
