import { ClusterAdapterWithHeartbeat, type ClusterMessage, type ClusterResponse } from 'socket.io-adapter';

/** Servers of one process that reach each other. */
export class Bus {
  readonly adapters: BusAdapter[] = [];
  /** Nothing gets through any more. */
  broken = false;
  /** The format of what they say to each other. */
  copy: <Value>(value: Value) => Value = structuredClone;

  others(sender: BusAdapter): BusAdapter[] {
    return this.adapters.filter((adapter) => adapter !== sender);
  }
}

/** The base of all adapters of several servers, with as little as it wants. */
export class BusAdapter extends ClusterAdapterWithHeartbeat {
  readonly #bus: Bus;

  constructor(nsp: unknown, bus: Bus) {
    super(nsp, {});
    this.#bus = bus;
    bus.adapters.push(this);
  }

  protected override doPublish(message: ClusterMessage): Promise<string> {
    if (this.#bus.broken) return Promise.reject(new Error('the bus is broken'));
    for (const other of this.#bus.others(this)) setImmediate(() => other.onMessage(this.#bus.copy(message), '0'));
    return Promise.resolve('0');
  }

  protected override doPublishResponse(_requester: string, response: ClusterResponse): Promise<void> {
    for (const other of this.#bus.others(this)) setImmediate(() => other.onResponse(this.#bus.copy(response)));
    return Promise.resolve();
  }
}
