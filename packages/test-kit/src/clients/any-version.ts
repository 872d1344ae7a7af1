import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { onTestFinished } from 'vitest';
import { addLegacyTransports } from './legacy-transports.js';

const require = createRequire(import.meta.url);

/** Official clients, by the version that their package has. */
export const VERSIONS = {
  '0.9.17': 'socket.io-client-0.9',
  '1.0.6': 'socket.io-client-1.0',
  '1.1.0': 'socket.io-client-1.1',
  '1.4.8': 'socket.io-client-1.4',
  '1.7.4': 'socket.io-client-1.7',
  '2.0.4': 'socket.io-client-2.0',
  '2.5.0': 'socket.io-client-2.5',
  '3.1.3': 'socket.io-client-3.1',
  '4.0.2': 'socket.io-client-4.0',
  '4.8.4': 'socket.io-client-4.8',
} as const;
export type Version = keyof typeof VERSIONS;

/** Those that run in a page; Node has moved on from the oldest. */
export const PAGE_VERSIONS = { '0.8.7': 'socket.io-client-0.8', ...VERSIONS } as const;
export type PageVersion = keyof typeof PAGE_VERSIONS;

export interface ConnectOptions {
  transports?: string[];
  query?: Record<string, string>;
  auth?: object;
  reconnection?: boolean;
  [option: string]: unknown;
}

/** An official client of any protocol version, with what they all have in common. */
export interface Client {
  readonly version: string;
  /** The package's own socket. */
  readonly raw: any;
  on(event: string, listener: (...args: any[]) => void): void;
  emit(event: string, ...args: any[]): void;
  send(...args: any[]): void;
  disconnect(): void;
  /** Resolves with the arguments of the next `event`. */
  next(event: string): Promise<any[]>;
  /** Emits and resolves with the acknowledgement's arguments. */
  ask(event: string, ...args: any[]): Promise<any[]>;
}

/** One that runs in this process. */
export interface LocalClient extends Client {
  /** Resolves when the client is in its namespace. @throws what it is refused with */
  joined(): Promise<LocalClient>;
}

function load(version: Version): any {
  // Each of these keeps its connections in a module-wide cache, which `forceNew` makes it pass by.
  return require(VERSIONS[version]);
}

/** How a client comes: by one transport, or from polling to WebSocket. */
const BY = { polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket'] } as const;

/**
 * A client of this version that is on its way to `url` (origin plus namespace). It leaves when the test is over.
 *
 * `await connect('2.5.0', server.url, 'websocket').joined()`
 *
 * @param how a transport, or the client's own options
 */
export function connect(version: Version, url: string, how: keyof typeof BY | ConnectOptions = {}): LocalClient {
  const options: ConnectOptions = typeof how === 'string' ? { transports: transportsOf(version, how) } : how;
  const raw = version === '0.9.17' ? connectLegacy(url, options) : connectModern(version, url, options);
  const client = wrap(version, raw);
  onTestFinished(() => client.disconnect());
  return client;
}

function transportsOf(version: Version, how: keyof typeof BY): string[] {
  return BY[how].map((name) => (version === '0.9.17' && name === 'polling' ? 'xhr-polling' : name));
}

function connectModern(version: Version, url: string, options: ConnectOptions): any {
  const io = load(version);
  return (io.connect ?? io)(url, modernOptions(version, options));
}

/** As clients since 1.0 take them. */
export function modernOptions(version: string, { query, ...rest }: ConnectOptions) {
  // Until 1.7 the query is a string.
  const search = query !== undefined && /^[12]/.test(version) ? new URLSearchParams(query).toString() : query;
  return { forceNew: true, reconnection: false, ...(search !== undefined && { query: search }), ...rest };
}

function connectLegacy(given: string, options: ConnectOptions): any {
  const { url, options: prepared } = legacyOptions(given, options);
  const { transports, ...rest } = prepared;
  const io = load('0.9.17');
  addLegacyTransports(io);
  // Given as an option it would be merged into the default list, place by place.
  io.transports = transports;
  return io.connect(url, rest);
}

/** As clients of 0.9 take them. */
export function legacyOptions(url: string, { transports, query, reconnection, ...rest }: ConnectOptions) {
  const { origin, pathname } = new URL(url);
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
  return {
    url: `${origin}${pathname === '/' ? '' : pathname}${search}`,
    options: {
      transports: [...(transports ?? ['websocket', 'xhr-polling'])],
      'force new connection': true,
      reconnect: reconnection === true,
      'reconnection delay': 20,
      ...rest,
    },
  };
}

function wrap(version: Version, raw: any): LocalClient {
  const client: LocalClient = {
    version,
    raw,
    on: (event, listener) => raw.on(event, listener),
    emit: (event, ...args) => raw.emit(event, ...args),
    send: (...args) => raw.send(...args),
    disconnect: () => leave(version, raw),
    joined: () => joined(client),
    next: (event) => new Promise((resolve) => raw.once(event, (...args: any[]) => resolve(args))),
    ask: (event, ...args) => new Promise((resolve) => raw.emit(event, ...args, (...answer: any[]) => resolve(answer))),
  };
  return client;
}

/** Events with which clients of any version report a refusal; `error` until 2.x. */
const REFUSALS = ['connect_error', 'connect_failed', 'error'];

async function joined(client: LocalClient): Promise<LocalClient> {
  if (client.raw.connected === true || client.raw.socket?.connected === true) return client;
  const refusal = REFUSALS.map(async (event) => {
    const [reason] = await client.next(event);
    throw reason instanceof Error ? reason : new Error(`${event}: ${JSON.stringify(reason)}`);
  });
  await Promise.race([client.next('connect'), ...refusal]);
  return client;
}

function leave(version: Version, raw: any): void {
  if (version !== '0.9.17') raw.disconnect();
  else raw.socket.disconnect();
}

/** Everything an emitter says under some name, in order. */
export function collect(client: Client, event: string): any[][] {
  const seen: any[][] = [];
  client.on(event, (...args) => seen.push(args));
  return seen;
}

/** Resolves as soon as `condition` holds, asked each time one of the emitters has said `event`. */
export function until(condition: () => boolean, emitter: EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!condition()) return;
      // Clients of 0.9 have an emitter of their own.
      emitter.removeListener(event, check);
      resolve();
    };
    emitter.on(event, check);
    check();
  });
}
