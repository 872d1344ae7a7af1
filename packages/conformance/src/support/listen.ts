import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Listens on a free port of this machine. @returns the URL, such as `http://127.0.0.1:41233` */
export async function listen(server: HttpServer | HttpsServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return urlOf(server);
}

/** Where a listening server can be reached. */
export function urlOf(server: HttpServer | HttpsServer): string {
  const scheme = 'addContext' in server ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
