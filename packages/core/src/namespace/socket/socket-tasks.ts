import type { DefaultRequest } from '../contracts.js';
import type { DefaultEventsMap, EventsMap } from '../events/events-map.js';
import { SocketState } from './socket-base.js';
import { ListeningSocket } from './socket-listening.js';
import { sleepContained, type Task } from './tasks.js';

/** What a socket does beside its events, for as long as its client is there. */
export abstract class BusySocket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: socket.io's default, which applications rely on when they move.
  SocketData = any,
  Request = DefaultRequest,
> extends ListeningSocket<ListenEvents, EmitEvents, ServerSideEvents, SocketData, Request> {
  /** Aborted when the client is gone. */
  get signal(): AbortSignal {
    const more = this._lazy;
    if (more.abort === undefined) {
      more.abort = new AbortController();
      if (this._state === SocketState.GONE) more.abort.abort();
    }
    return more.abort.signal;
  }

  /** Runs a task that ends with the client: its signal is aborted then. Failures are reported, never thrown. */
  spawn(task: Task): void {
    this.server.tasks.start(task, this, this.signal, (error) => this._report(error, 'task', undefined));
  }

  /**
   * Waits; ends with the client.
   * @param milliseconds how long.
   * @throws `AbortError` when the client is gone; a task started with {@link spawn} may leave it uncaught.
   */
  sleep(milliseconds: number): Promise<void> {
    return sleepContained(milliseconds, this.signal, this.server.unawaited);
  }

  /** @internal Nothing will happen any more. */
  _ended(): void {
    this._lazyState?.abort?.abort();
  }
}
