import { Manager, type ManagerOptions, type SocketOptions } from 'socket.io-client';

/** Options of the official client, unchanged. */
export type ConnectionOptions = Partial<ManagerOptions & SocketOptions>;

/** A namespace that leaves together with its connection. */
export interface Leaves {
  disconnect(): void;
}

/** One connection to a server, shared by any number of namespaces. It opens with its first namespace. */
export class Connection {
  /** The official client's manager: transports, reconnection, events such as `ping`. */
  readonly manager: Manager;
  readonly #namespaces = new Set<Leaves>();

  /**
   * @param server the URL of the server, or an existing manager of the official client. Default in a browser: the page's origin.
   * @param options the options of `socket.io-client`, such as `{ path: '/live/socket.io', transports: ['websocket'] }`.
   */
  constructor(server?: string | Manager, options: ConnectionOptions = {}) {
    // The first namespace opens it, so that listeners are in place before anything arrives.
    const lazy = { ...options, autoConnect: false };
    if (server instanceof Manager) this.manager = server;
    else this.manager = server === undefined ? new Manager(lazy) : new Manager(server, lazy);
  }

  /** The name of the current transport, or undefined while there is no connection. */
  get transport(): string | undefined {
    const { engine } = this.manager;
    return engine?.readyState === 'open' ? engine.transport.name : undefined;
  }

  /** Leaves all namespaces and closes the connection. */
  close(): void {
    for (const namespace of [...this.#namespaces]) namespace.disconnect();
  }

  /** Registers a namespace, which {@link close} then leaves. */
  add(namespace: Leaves): void {
    this.#namespaces.add(namespace);
  }

  /** The opposite of {@link add}. */
  remove(namespace: Leaves): void {
    this.#namespaces.delete(namespace);
  }
}
