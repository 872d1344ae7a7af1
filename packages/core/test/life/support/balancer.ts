import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ShopProcess } from './shop.js';

/** Whose session a request belongs to. */
const OWNER = /shop-(\d+)-/;

/** A balancer that is sticky: requests of a session go to the process that has it, new clients to each in turn. */
export class Balancer {
  readonly url: string;
  /** By process id, also those that get no new clients. */
  readonly #ports = new Map<number, number>();
  readonly #open: number[] = [];
  #turn = 0;

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<Balancer> {
    const tcp = createServer();
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const balancer = new Balancer((tcp.address() as AddressInfo).port);
    const connections = new Set<Socket>();
    tcp.on('connection', (client) => {
      connections.add(client);
      client.on('error', () => {}).on('close', () => connections.delete(client));
      client.once('data', (first) => balancer.#relay(client, first.toString('latin1')));
    });
    onTestFinished(() => {
      tcp.close();
      for (const client of connections) client.destroy();
    });
    return balancer;
  }

  add({ pid, port }: ShopProcess): void {
    this.#ports.set(pid, port);
    this.#open.push(port);
  }

  /** From now on new clients go elsewhere. */
  retire({ port }: ShopProcess): void {
    this.#open.splice(this.#open.indexOf(port), 1);
  }

  #relay(client: Socket, first: string): void {
    const owner = OWNER.exec(first.slice(0, first.indexOf('\r\n')))?.[1];
    const port = owner === undefined ? this.#open[this.#turn++ % this.#open.length] : this.#ports.get(Number(owner));
    const upstream = dial(port as number, '127.0.0.1');
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => client.destroySoon());
    client.on('close', () => upstream.destroy());
    // One request for each connection: the next may belong elsewhere.
    upstream.write(first.replace(/\r\nconnection: keep-alive/i, '\r\nConnection: close'), 'latin1');
    client.pipe(upstream).pipe(client);
  }
}
