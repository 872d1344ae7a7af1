import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished } from 'vitest';

/** The ways for a client to get to a server. */
const TRANSPORTS = {
  polling: ['polling'],
  WebSocket: ['websocket'],
  upgrade: ['polling', 'websocket'],
} as const;

/** Connects today's official client. It goes when the test has ended. */
export async function connect(url: string, options: object = {}): Promise<Socket> {
  const socket = io(url, { forceNew: true, reconnection: false, ...options });
  onTestFinished(() => void socket.disconnect());
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return socket;
}

/** A client of each transport says `hello` with its name, and must be greeted by it in the acknowledgement. */
export async function greetings(url: string, options: object = {}): Promise<void> {
  for (const [name, transports] of Object.entries(TRANSPORTS)) {
    const socket = await connect(url, { transports, ...options });
    const { engine } = socket.io;
    if (name === 'upgrade' && engine.transport.name !== 'websocket') await once(engine as never, 'upgrade');
    expect(await socket.timeout(30_000).emitWithAck('hello', name)).toBe(`hello ${name}`);
    socket.disconnect();
  }
}
