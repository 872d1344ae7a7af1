import { createRequire } from 'node:module';
import { addLegacyTransports, type Legacy } from './legacy-transports.js';
import type { OfficialSocket } from './official-socket.js';

/** Client 0.9, as far as it is used here. */
interface LegacyNamespace {
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  readonly socket: {
    readonly connected: boolean;
    readonly sessionid: string;
    readonly transport: { readonly name: string };
    connect(): unknown;
    disconnect(): unknown;
  };
}

interface Options {
  readonly transports?: readonly string[];
  readonly path?: string;
  readonly reconnection?: boolean;
  /** Of the handshake, as `a=1&b=2`. */
  readonly query?: string;
}

const load = createRequire(import.meta.url);
const NAMES: Readonly<Record<string, string>> = { polling: 'xhr-polling', 'xhr-polling': 'polling' };

/** Client 0.9 in the clothes of its successors. */
export function connectLegacy(url: string, { transports = [], path = '/socket.io/', reconnection, query }: Options) {
  const io = load('socket.io-client-0.9') as Legacy & {
    transports: string[];
    connect(url: string, options: object): unknown;
  };
  addLegacyTransports(io);
  // Given as an option it would be merged into the default list, place by place.
  io.transports = transports.map((name) => NAMES[name] ?? name);
  const { origin, pathname } = new URL(url);
  const namespace = io.connect(origin + (pathname === '/' ? '' : pathname), {
    'force new connection': true,
    resource: path.replace(/^\/|\/$/g, ''),
    reconnect: reconnection === true,
    'reconnection delay': 1,
    ...(query !== undefined && { query }),
  }) as LegacyNamespace;
  return new Clothed(namespace);
}

class Clothed implements OfficialSocket {
  readonly #inner: LegacyNamespace;

  constructor(inner: LegacyNamespace) {
    this.#inner = inner;
  }

  get connected(): boolean {
    return this.#inner.socket.connected;
  }

  on(event: string, listener: (...args: never[]) => void): unknown {
    return this.#inner.on(event, listener);
  }

  emit(event: string, ...args: unknown[]): unknown {
    return this.#inner.emit(event, ...args);
  }

  connect(): unknown {
    return this.#inner.socket.connect();
  }

  disconnect(): unknown {
    return this.#inner.socket.disconnect();
  }

  get io() {
    const { socket } = this.#inner;
    const { name } = socket.transport;
    const engine = {
      id: socket.sessionid,
      transport: { name: NAMES[name] ?? name },
      on: () => undefined,
      close: () => socket.disconnect(),
    };
    return { engine, on: () => undefined };
  }
}
