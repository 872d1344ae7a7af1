import { createRequire } from 'node:module';

/** What the official clients of all releases have in common, as far as tests use it. */
export interface OfficialSocket {
  readonly connected: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  connect(): unknown;
  disconnect(): unknown;
  readonly io: OfficialManager;
}

export interface OfficialManager {
  readonly engine: OfficialEngine;
  on(event: string, listener: (...args: never[]) => void): unknown;
}

export interface OfficialEngine {
  readonly id: string;
  readonly transport: { readonly name: string };
  on(event: string, listener: (...args: never[]) => void): unknown;
  close(): unknown;
}

/** One release of `socket.io-client`. */
export interface ClientKind {
  /** Its version. */
  readonly name: string;
  /** The protocol that it speaks. */
  readonly generation: 'eio4' | 'eio3' | '0.9';
  connect(url: string, options: object): OfficialSocket;
}

const load = createRequire(import.meta.url);

function official(name: string, generation: ClientKind['generation']): ClientKind {
  return {
    name,
    generation,
    // Loaded on first use: most test files want one of them only.
    connect: (url, options) => (load(`socket.io-client-${name}`) as { io: ClientKind['connect'] }).io(url, options),
  };
}

export const client48 = official('4.8', 'eio4');
export const client40 = official('4.0', 'eio4');
export const client31 = official('3.1', 'eio4');

/** One release of each generation that speaks Engine.IO 4. */
export const modernClients: readonly ClientKind[] = [client48, client40, client31];

/** How a client may reach the server: by one transport, or by changing from polling to WebSocket. */
export const modes = {
  polling: ['polling'],
  'websocket only': ['websocket'],
  upgrade: ['polling', 'websocket'],
} as const;
export type Mode = keyof typeof modes;
