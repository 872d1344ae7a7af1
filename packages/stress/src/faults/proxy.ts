import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Fault, Strike } from './faults.js';
import { Link, type Network } from './link.js';

/** A network that breaks. */
export class FaultyProxy implements Network {
  readonly #server: net.Server;
  readonly #upstream: number;
  readonly #fault: Fault | undefined;
  readonly #links = new Set<Link>();
  /** Connections that lead nowhere. */
  readonly #lost = new Set<Socket>();
  #silent = false;
  pace: number | undefined = undefined;
  /** Chunks so far. */
  steps = 0;
  /** Called when the fault strikes. */
  onStrike: () => void = () => {};

  private constructor(upstream: number, fault: Fault | undefined) {
    this.#upstream = upstream;
    this.#fault = fault;
    this.#server = net.createServer({ allowHalfOpen: true }, (client) => this.#link(client));
  }

  /** @param upstream port of the server on this machine */
  static async open(upstream: number, fault?: Fault): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(upstream, fault);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Whether the fault has struck. */
  get struck(): boolean {
    return this.#fault !== undefined && this.steps > this.#fault.at;
  }

  step(): Strike | undefined {
    const { steps } = this;
    this.steps++;
    if (steps !== this.#fault?.at) return undefined;
    this.onStrike();
    return this.#fault.strike;
  }

  /** The client, or the way to it, is no more: no link carries anything, and new ones lead nowhere. */
  silence(): void {
    this.#silent = true;
    for (const link of this.#links) link.hold();
  }

  #link(client: Socket): void {
    if (this.#silent) return void this.#lost.add(client.on('error', () => {}).pause());
    const link = new Link(client, this.#upstream, this);
    this.#links.add(link);
    for (const socket of [client, link.server]) {
      socket.on('close', () => {
        if (client.destroyed && link.server.destroyed) this.#links.delete(link);
      });
    }
  }

  close(): void {
    for (const link of this.#links) link.destroy();
    for (const client of this.#lost) client.destroy();
    this.#server.close();
  }
}
