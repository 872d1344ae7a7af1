import { type ChildProcess, fork } from 'node:child_process';
import { afterAll } from 'vitest';
import { type ClusterNode, clusterSuite } from './suite.js';

interface Message {
  readonly worker: number;
  readonly url?: string;
  readonly call?: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A primary with two workers, each a server of a library as it is installed. */
function startCluster(library: string, other = library): () => Promise<[ClusterNode, ClusterNode]> {
  let primary: ChildProcess;
  afterAll(() => {
    primary.disconnect();
  });
  return async () => {
    primary = fork(new URL('cluster-process.mjs', import.meta.url), [library, other], { serialization: 'advanced' });
    const urls = new Map<number, string>();
    await new Promise<void>((resolve) => {
      primary.on('message', ({ worker, url }: Message) => {
        if (url !== undefined && urls.set(worker, url).size === 2) resolve();
      });
    });
    return [node(primary, 0, urls.get(0) as string), node(primary, 1, urls.get(1) as string)];
  };
}

let calls = 0;

function node(primary: ChildProcess, worker: number, url: string): ClusterNode {
  const tell = (name: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      const call = ++calls;
      const listener = (message: Message) => {
        if (message.call !== call) return;
        primary.off('message', listener);
        if (message.error === undefined) resolve(message.value);
        else reject(new Error(message.error));
      };
      primary.on('message', listener);
      primary.send({ worker, call, name, args });
    });
  const any = new Proxy(
    {},
    {
      get:
        (_target, name) =>
        (...args: unknown[]) =>
          tell(String(name), args),
    },
  );
  return { url, tell: any as ClusterNode['tell'] };
}

clusterSuite('workers of node:cluster, with socket.io', startCluster('socket.io'), false);
clusterSuite('workers of node:cluster, with @sio/core/compat', startCluster('@sio/core/compat'), true);
clusterSuite('workers of node:cluster, one of each', startCluster('socket.io', '@sio/core/compat'), true);
