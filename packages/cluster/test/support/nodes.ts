import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Cluster, type ClusterEngine, type ClusterOptions, cluster } from '@sio/cluster';
import { Server, type ServerOptions } from '@sio/core';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { onTestFinished } from 'vitest';

/** One server of a cluster. */
export interface Node {
  readonly io: Server;
  readonly cluster: Cluster;
  readonly url: string;
  /** Closes the server in an orderly way. */
  close(): Promise<void>;
}

/** Short times, so that tests of silence are quick. They are those of this server, never of a client. */
const TIMES: ClusterOptions = { requestTimeout: 2000 };

let names = 0;

/** Starts a server, which ends with the test; resolves when it reaches its broker. */
export async function startNode(...args: Parameters<typeof openNode>): Promise<Node> {
  const node = await openNode(...args);
  await becomes(node.cluster, 'up');
  return node;
}

/** The same; resolves when it listens, which may be earlier. */
export async function openNode(
  engine: ClusterEngine,
  options: ClusterOptions = {},
  serverOptions: Partial<ServerOptions> = {},
): Promise<Node> {
  const http = createServer();
  const name = `node ${++names}`;
  const io = new Server(http, { ...serverOptions, adapter: cluster(engine, { name, ...TIMES, ...options }) });
  const own = io.cluster as Cluster;
  io.on('connection', (socket) => {
    socket.on('join', async (rooms: string[], done?: () => void) => {
      await socket.join(rooms);
      done?.();
    });
    socket.on('leave', async (room: string, done?: () => void) => {
      await socket.leave(room);
      done?.();
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= io.close();
    return closed;
  };
  onTestFinished(close);
  return { io, cluster: own, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close };
}

/** Starts servers, and waits until they know each other. */
export async function startNodes(
  count: number,
  engine: () => ClusterEngine,
  options: ClusterOptions = {},
): Promise<Node[]> {
  const prefix = `test ${++names}`;
  const nodes: Node[] = [];
  for (let n = 0; n < count; n++) nodes.push(await startNode(engine(), { prefix, ...options }));
  await Promise.all(nodes.map((node) => knows(node, count - 1)));
  return nodes;
}

/** Resolves when a server knows this number of others. */
export async function knows({ cluster: own }: Node, others: number): Promise<void> {
  while (own.nodes.length !== others) {
    await Promise.race([once(own, 'joined'), once(own, 'left')]);
  }
}

/** Resolves when a cluster is in a state. */
export async function becomes(own: Cluster, state: string): Promise<void> {
  while (own.state !== state) await once(own, 'state');
}

/** Resolves when a cluster gives a reason that matches. */
export async function tells(own: Cluster, pattern: RegExp): Promise<void> {
  let reason: unknown;
  while (!pattern.test(String(reason))) [reason] = await once(own, 'failed');
}

/** A client that is in, by WebSocket; it leaves with the test. */
export async function join({ url }: Node, ...rooms: string[]): Promise<ClientSocket> {
  const socket = connectTo(url, { forceNew: true, transports: ['websocket'] });
  onTestFinished(() => void socket.disconnect());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  if (rooms.length > 0) await socket.emitWithAck('join', rooms);
  return socket;
}

/** The arguments of the next event. */
export function next(socket: ClientSocket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
}

/** Everything that a client hears under a name, until `last` comes. */
export async function untilLast(socket: ClientSocket, event: string): Promise<unknown[]> {
  const heard: unknown[] = [];
  socket.on(event, (value) => heard.push(value));
  await next(socket, 'last');
  return heard;
}
