import { io as connect, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client-4.8';
import { onTestFinished } from 'vitest';

export const transports = [
  ['polling', ['polling']],
  ['websocket', ['websocket']],
  ['polling, then websocket', ['polling', 'websocket']],
] as const;

/** A client that is on its way; it leaves with the test. */
export function client(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  const socket = connect(url, { forceNew: true, reconnection: false, ...options });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

/** A connected client. */
export async function connected(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Promise<Socket> {
  const socket = client(url, options);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('connect_error', reject);
  });
  return socket;
}

/** The error a client gets instead of a connection. */
export async function refused(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<ConnectError> {
  const socket = client(url, options);
  return new Promise((resolve, reject) => {
    socket.once('connect_error', (error) => resolve(error as ConnectError));
    socket.once('connect', () => reject(new Error('connected')));
  });
}

/** An error of the client's transports. */
export interface ConnectError extends Error {
  /** Status of a poll; behind a WebSocket only its message tells. */
  readonly description?: number | { message?: string };
}
