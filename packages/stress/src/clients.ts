import { createRequire } from 'node:module';

/** The part of the official clients' interface that is used here. */
export interface AnySocket {
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(): unknown;
}

type Connect = (url: string, options: object) => AnySocket;

const load = createRequire(import.meta.url);

export const io48 = (load('socket.io-client-4.8') as { io: Connect }).io;
export const io25 = load('socket.io-client-2.5') as Connect;
export const io09 = load('socket.io-client-0.9') as {
  transports: string[];
  connect(url: string, options: object): AnySocket & { socket: AnySocket };
};
