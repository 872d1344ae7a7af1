import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket as NetSocket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Running } from '../dialect/support/server.js';

/** A balancer that is sticky: requests of a session go to the server that has it, all others to the newest. */
export class Balancer {
  readonly url: string;
  readonly #servers: Running[] = [];

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<Balancer> {
    const tcp = createServer();
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const balancer = new Balancer((tcp.address() as AddressInfo).port);
    const open = new Set<NetSocket>();
    tcp.on('connection', (client) => {
      open.add(client);
      client.on('error', () => {}).on('close', () => open.delete(client));
      client.once('data', (first) => balancer.#relay(client, first));
    });
    onTestFinished(() => {
      tcp.close();
      for (const client of open) client.destroy();
    });
    return balancer;
  }

  /** From now on new clients go there. */
  use(server: Running): void {
    this.#servers.push(server);
  }

  #relay(client: NetSocket, first: Buffer): void {
    const line = first.toString('latin1').split('\r\n', 1)[0]!;
    const server = this.#servers.find(({ io }) => [...io.engine.clients.keys()].some((sid) => line.includes(sid)));
    const upstream = dial((server ?? this.#servers.at(-1)!).port, '127.0.0.1');
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    // One request for each connection: the next may belong elsewhere.
    upstream.write(first.toString('latin1').replace(/\r\nconnection: keep-alive/i, '\r\nConnection: close'), 'latin1');
    client.pipe(upstream).pipe(client);
  }
}
