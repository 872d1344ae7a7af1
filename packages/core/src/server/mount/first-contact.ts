import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server as HttpServer, type IncomingMessage } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { Dispatcher } from './dispatcher.js';
import type { MountPoint } from './mount-point.js';
import { pathOf } from './target.js';

/**
 * How a mount that was told of no server finds its own before the first WebSocket does: Node says on which server each
 * connection arrives. Connections that a process gets otherwise (a balancing parent's `emit('connection')`) show only as
 * requests; then the upgrade is caught just before Node emits it as a plain request.
 */
const SOCKETS = 'net.server.socket';
const REQUESTS = 'http.server.request.start';

const roaming = new Set<MountPoint>();

/** Joins the mount to every HTTP server that gets a connection. */
export function watchServers(mount: MountPoint): void {
  if (roaming.size === 0) {
    subscribe(SOCKETS, onSocket);
    subscribe(REQUESTS, onRequest);
  }
  roaming.add(mount);
}

/** The mount needs to look for servers no more. */
export function settle(mount: MountPoint): void {
  if (!roaming.delete(mount) || roaming.size > 0) return;
  unsubscribe(SOCKETS, onSocket);
  unsubscribe(REQUESTS, onRequest);
}

function onSocket(message: unknown): void {
  const { server } = (message as { socket: Socket & { server?: Server } }).socket;
  if (!(server instanceof HttpServer) && !(server instanceof HttpsServer)) return;
  for (const mount of roaming) mount.join(server);
}

function onRequest(message: unknown): void {
  const { request, server } = message as { request: IncomingMessage; server: Server };
  // With a listener Node has decided already.
  if (server.listenerCount('upgrade') > 0 || !isUpgrade(request)) return;
  const path = pathOf(request.url ?? '/');
  for (const mount of roaming) {
    if (!path.includes(mount.endpoint.path)) continue;
    mount.join(server);
    Dispatcher.of(server).await(request);
  }
}

/** An upgrade without a body: behind a body, or a wait for permission to send one, Node's parser would not stop. */
function isUpgrade({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade !== undefined &&
    /\bupgrade\b/i.test(headers.connection ?? '') &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    Number(headers['content-length'] ?? 0) === 0
  );
}
