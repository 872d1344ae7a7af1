import { createRequire } from 'node:module';
import { connectLegacy } from './legacy-client.js';
import type { OfficialSocket } from './official-socket.js';

export type { OfficialSocket };

/** How a client may reach the server: by one transport, or by changing from polling to WebSocket. */
export const modes = {
  polling: ['polling'],
  'websocket only': ['websocket'],
  upgrade: ['polling', 'websocket'],
} as const;
export type Mode = keyof typeof modes;

/** The error that a refused client gets. */
export interface Refused {
  readonly message?: string;
  readonly data?: unknown;
}

/** Abilities of a client's protocol. */
export interface ProtocolVersion {
  readonly name: 'eio4' | 'eio3' | '0.9';
  readonly modes: readonly Mode[];
  /** Whether it sends something along to identify itself. */
  readonly auth: boolean;
  readonly binary: boolean;
  /** How it learns that it is kept out, by the namespace or before; they are events like any other later on. */
  readonly refusal: { readonly events: readonly string[]; read(...args: unknown[]): Refused };
  /** Whether it can be told to send headers along, such as the cookies that browsers send by themselves. */
  readonly headers: boolean;
  /** Its words for: it left itself, the server disconnected it, the connection was lost (undefined: it depends). */
  readonly reasons: { readonly left: string; readonly sentAway: string; readonly lost: string | undefined };
  /** Titles of cases that it cannot play, with the reason. */
  readonly optOut: Readonly<Record<string, string>>;
}

/** One release of `socket.io-client`. */
export interface ClientKind {
  /** Its version. */
  readonly name: string;
  readonly generation: ProtocolVersion;
  connect(url: string, options: object): OfficialSocket;
}

const reasons = { left: 'io client disconnect', sentAway: 'io server disconnect', lost: 'transport close' };
const allModes = Object.keys(modes) as Mode[];

const eio4: ProtocolVersion = {
  name: 'eio4',
  modes: allModes,
  auth: true,
  binary: true,
  headers: true,
  refusal: { events: ['connect_error'], read: (error) => error as Refused },
  reasons,
  optOut: {},
};

const eio3: ProtocolVersion = {
  name: 'eio3',
  modes: allModes,
  auth: false,
  binary: true,
  // One value is all that its error packet has place for.
  refusal: {
    events: ['error', 'connect_error'],
    read: (what) => (typeof what === 'string' ? { message: what } : { data: what }),
  },
  headers: true,
  reasons,
  optOut: {},
};

const legacy: ProtocolVersion = {
  name: '0.9',
  modes: ['polling', 'websocket only'],
  auth: false,
  binary: false,
  headers: false,
  refusal: { events: ['error'], read: (_name, message, data) => ({ message: message as string, data }) },
  reasons: { left: 'booted', sentAway: 'booted', lost: undefined },
  optOut: {
    'carries binary both ways, in events and acknowledgements': 'its protocol has no form for bytes',
    'serves https': 'its client for Node cannot be told to trust a certificate of its own',
  },
};

const load = createRequire(import.meta.url);

function official(name: string, generation: ProtocolVersion): ClientKind {
  return {
    name,
    generation,
    // Loaded on first use: most test files want one of them only.
    connect: (url, options) => (load(`socket.io-client-${name}`) as { io: ClientKind['connect'] }).io(url, options),
  };
}

export const client48 = official('4.8', eio4);
export const client40 = official('4.0', eio4);
export const client31 = official('3.1', eio4);
export const client25: ClientKind = {
  ...official('2.5', eio3),
  connect: (url, options) => (load('socket.io-client-2.5') as ClientKind['connect'])(url, options),
};
export const client09: ClientKind = { name: '0.9', generation: legacy, connect: connectLegacy };

/** One release of each major that speaks Engine.IO 4. */
export const modernClients: readonly ClientKind[] = [client48, client40, client31];

/** One release of each protocol version. */
export const everyProtocolVersion: readonly ClientKind[] = [client48, client25, client09];
