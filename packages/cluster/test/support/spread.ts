import type { AddressInfo } from 'node:net';
import { type Cluster, type ClusterEngine, type ClusterOptions, cluster } from '@sio/cluster';
import { connect, type LocalClient, type Running, type StartOptions, startServer, type Version } from '@sio/test-kit';
import { jsonp25, jsonp48 } from '@sio/test-kit/jsonp';
import { onTestFinished } from 'vitest';
import { becomes } from './nodes.js';

let prefixes = 0;

/** Starts servers that pass requests on to each other. By default over HTTP. */
export async function startSpread(
  engine: () => ClusterEngine,
  options: ClusterOptions = {},
  wishes: StartOptions = {},
  count = 2,
): Promise<Running[]> {
  const prefix = `spread ${++prefixes}`;
  const servers: Running[] = [];
  for (let n = 0; n < count; n++) {
    // It is known when the server listens.
    let address: () => AddressInfo | null = () => null;
    const scheme = wishes.tls === true ? 'https://localhost' : 'http://127.0.0.1';
    const url = () => (address() === null ? undefined : `${scheme}:${(address() as AddressInfo).port}`);
    const adapter = cluster(engine(), { prefix, name: `server ${n}`, url, ...options });
    const server = await startServer({ allowEIO3: true, namespaces: {}, ...wishes, adapter });
    address = () => server.http.address() as AddressInfo | null;
    server.io.on('connection', (socket) => {
      socket.on('echo', (value, done) => done(value));
    });
    servers.push(server);
  }
  const clusters = servers.map(({ io }) => io.cluster as Cluster);
  for (const own of clusters) {
    await becomes(own, 'up');
    while (own.nodes.length < count - 1) await new Promise((resolve) => own.once('joined', resolve));
  }
  // Addresses travel with the heartbeats: the first ones may have come before a server listened.
  const reached = ({ io }: Running, other: Cluster) => {
    const { sessions } = io.cluster as Cluster;
    const theirs = other.sessions?.nameSession('x'.repeat(20)) as string;
    return typeof sessions?.locate(theirs) === 'object';
  };
  for (const server of servers) {
    for (const other of clusters) {
      while (other !== server.io.cluster && !reached(server, other))
        await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return servers;
}

/** A way in which clients come. */
export interface Way {
  readonly name: string;
  enter(url: string): Promise<Pick<LocalClient, 'ask'>>;
}

function official(version: Version, name: string, transports: string[]): Way {
  return { name: `${version} over ${name}`, enter: (url) => connect(version, url, { transports }).joined() };
}

function scripted(kind: typeof jsonp48): Way {
  return {
    name: `${kind.name} over JSONP`,
    async enter(url) {
      const socket = kind.connect(url, { forceNew: true, reconnection: false });
      onTestFinished(() => void socket.disconnect());
      await new Promise<void>((resolve) => socket.on('connect', resolve));
      return {
        ask: (event, ...args) =>
          new Promise((resolve) => socket.emit(event, ...args, (...answer: unknown[]) => resolve(answer))),
      };
    },
  };
}

/** Clients of every protocol version, on each transport that needs more than one request. */
export const WAYS: readonly Way[] = [
  official('0.9.17', 'polling', ['xhr-polling']),
  official('0.9.17', 'JSONP', ['jsonp-polling']),
  official('0.9.17', 'WebSocket', ['websocket']),
  official('2.5.0', 'polling', ['polling']),
  official('2.5.0', 'an upgrade', ['polling', 'websocket']),
  scripted(jsonp25),
  official('4.8.4', 'polling', ['polling']),
  official('4.8.4', 'an upgrade', ['polling', 'websocket']),
  scripted(jsonp48),
];

/** Each way in, and an event forth and back through whatever server. @returns the ways that failed */
export async function everyWay(url: string): Promise<string[]> {
  const failed: string[] = [];
  await Promise.all(
    WAYS.map(async ({ name, enter }) => {
      try {
        const client = await enter(url);
        for (let n = 0; n < 3; n++) {
          const [answer] = await client.ask('echo', n);
          if (answer !== n) failed.push(`${name}: ${String(answer)} came back for ${n}`);
        }
      } catch (error) {
        failed.push(`${name}: ${String(error)}`);
      }
    }),
  );
  return failed;
}
