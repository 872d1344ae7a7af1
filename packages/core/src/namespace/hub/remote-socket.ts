import type {
  DecorateAcknowledgements,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
} from '../events/events-map.js';
import type { Handshake } from '../socket/handshake.js';
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
  /** Its id, also a room of its own. */
  readonly id: string;
  /** What its client said of itself when it came. */
  readonly handshake: Handshake;
  /** The rooms that it was in when it was fetched. */
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

  /** Sends an event to it. */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: EventParams<EmitEvents, Ev>): boolean {
    return this.#operator.emit(event, ...args);
  }

  /** Its acknowledgement may take so long (ms). */
  timeout(timeout: number): BroadcastOperator<DecorateAcknowledgements<EmitEvents>, SocketData> {
    return this.#operator.timeout(timeout);
  }

  /** Makes it join one room or several. */
  join(room: string | readonly string[]): void {
    this.#operator.socketsJoin(room);
  }

  /** Makes it leave a room. */
  leave(room: string): void {
    this.#operator.socketsLeave(room);
  }

  /** Sends it away. @param close ends the whole connection. */
  disconnect(close = false): this {
    this.#operator.disconnectSockets(close);
    return this;
  }
}
