import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One address in front of several servers. The test chooses where connections go. */
export interface Balancer {
  readonly url: string;
  /** Refuses connections from now on. */
  close(): void;
  /** Takes connections again. @param index of the server that they go to. */
  open(index: number | 'in turn'): void;
  /** Another server takes the place of one. */
  replace(index: number, url: string): void;
  /** Ends all connections, as a network that breaks. */
  cut(): void;
  /** Passes nothing on to clients, on the connections that are there. */
  freeze(): void;
}

/** Starts a balancer, which ends with the test. Its first connections go to the first server. */
export async function startBalancer(given: readonly string[]): Promise<Balancer> {
  const urls = [...given];
  let target: number | 'in turn' | undefined = 0;
  let turn = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((client) => {
    client.on('error', () => {});
    if (target === undefined) return void client.destroy();
    const index = target === 'in turn' ? turn++ % urls.length : target;
    const upstream = connect(Number(new URL(urls[index] as string).port), '127.0.0.1');
    upstream.on('error', () => client.destroy());
    const pair = [client, upstream] as const;
    pairs.add(pair);
    client.pipe(upstream).pipe(client);
    for (const [each, other] of [pair, [upstream, client]] as const) {
      each.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const [client] of pairs) client.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      target = undefined;
    },
    open: (index) => {
      target = index;
    },
    replace: (index, url) => {
      urls[index] = url;
    },
    cut,
    freeze: () => {
      for (const [, upstream] of pairs) upstream.unpipe();
    },
  };
}
