import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A direction through a relay. */
export type Direction = 'to the broker' | 'to the server';

/** The network between a server and its broker. */
export interface Relay {
  readonly port: number;
  /** From now on, nothing passes in this direction over the connections that are open. No end of them learns of it. */
  stall(direction: Direction): void;
}

/** Starts a relay to a port of this machine. It ends with the test. */
export async function startRelay(target: number): Promise<Relay> {
  const pairs = new Set<Record<Direction, Socket>>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const pair = { 'to the broker': near, 'to the server': far };
    pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes));
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const pair of pairs) for (const socket of Object.values(pair)) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    stall(direction) {
      for (const { [direction]: socket } of pairs) socket.pause();
    },
  };
}
