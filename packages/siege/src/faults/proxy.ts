import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** What goes wrong, once the proxy has seen a number of chunks. */
export interface Fault {
  /** The step at which it happens: the how many-th chunk, in either direction, counted from 0. */
  readonly at: number;
  /** Done instead of passing the chunk on. @param upwards whether it was on its way to the server */
  strike(link: Link, chunk: Buffer, pass: (bytes: Buffer) => void, upwards: boolean): void;
}

/** Both ends of a proxied connection. */
export interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/** A network that breaks. */
export class FaultyProxy {
  readonly #server: net.Server;
  readonly #upstream: number;
  readonly #fault: Fault | undefined;
  readonly #links = new Set<Link>();
  /** Chunks so far. */
  steps = 0;

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

  #link(client: Socket): void {
    const server = net.connect({ port: this.#upstream, host: '127.0.0.1', allowHalfOpen: true });
    const link = { client, server };
    this.#links.add(link);
    this.#carry(link, client, server);
    this.#carry(link, server, client);
  }

  #carry(link: Link, from: Socket, to: Socket): void {
    const pass = (bytes: Buffer) => {
      if (to.writable) to.write(bytes);
    };
    from.on('data', (chunk: Buffer) => {
      const { steps } = this;
      this.steps++;
      if (this.#fault !== undefined && steps === this.#fault.at)
        this.#fault.strike(link, chunk, pass, from === link.client);
      else pass(chunk);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      to.destroySoon();
      if (link.client.destroyed && link.server.destroyed) this.#links.delete(link);
    });
  }

  close(): void {
    for (const { client, server } of this.#links) {
      client.destroy();
      server.destroy();
    }
    this.#server.close();
  }
}
