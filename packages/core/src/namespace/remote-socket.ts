import type { DecorateAcknowledgements, DefaultEventsMap, EventNames, EventParams, EventsMap } from './events-map.js';
import type { Handshake } from './handshake.js';
import type { BroadcastOperator } from './operator.js';

/** What is known of a socket on another server. */
export interface RemoteSocketDetails<SocketData> {
  readonly id: string;
  readonly handshake: Handshake;
  readonly rooms: Iterable<string>;
  readonly data: SocketData;
}

/** A socket that may live on another server: it can be spoken to, moved and sent away. */
export class RemoteSocket<EmitEvents extends EventsMap = DefaultEventsMap, SocketData = unknown> {
  readonly id: string;
  readonly handshake: Handshake;
  readonly rooms: Set<string>;
  /** As it was when it was fetched. */
  readonly data: SocketData;
  readonly #operator: BroadcastOperator<EmitEvents, SocketData>;

  /** @param operator reaches this socket alone. */
  constructor(details: RemoteSocketDetails<SocketData>, operator: BroadcastOperator<EmitEvents, SocketData>) {
    this.id = details.id;
    this.handshake = details.handshake;
    this.rooms = new Set(details.rooms);
    this.data = details.data;
    this.#operator = operator;
  }

  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean {
    return this.#operator.emit(event, ...args);
  }

  /** @param timeout milliseconds that the acknowledgement may take. */
  timeout(timeout: number): BroadcastOperator<DecorateAcknowledgements<EmitEvents>, SocketData> {
    return this.#operator.timeout(timeout);
  }

  join(room: string | readonly string[]): void {
    this.#operator.socketsJoin(room);
  }

  leave(room: string): void {
    this.#operator.socketsLeave(room);
  }

  disconnect(close = false): this {
    this.#operator.disconnectSockets(close);
    return this;
  }
}
