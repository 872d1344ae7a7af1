import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Listens on a free port of this machine until the test is over; then every connection is cut.
 *
 * @returns the URL, such as `http://127.0.0.1:41233`
 */
export async function listen(server: Server | HttpServer | HttpsServer): Promise<string> {
  const open = new Set<Socket>();
  for (const event of ['connection', 'secureConnection']) {
    server.on(event, (socket: Socket) => open.add(socket.once('close', () => open.delete(socket))));
  }
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return urlOf(server);
}

/** The same, and gives the port alone. */
export async function listenOnPort(server: Server): Promise<number> {
  return Number(new URL(await listen(server)).port);
}

/** Where a listening server can be reached. */
export function urlOf(server: Server): string {
  const scheme = 'setSecureContext' in server ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
