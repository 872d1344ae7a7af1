import { type AnySocket, io09, io25, io48 } from '../../clients.js';

/** How witnesses come: each generation over polling and WebSocket. */
export const WAYS: readonly (readonly [string, (url: string) => { socket: AnySocket; leave(): void }])[] = [
  ...['websocket', 'polling'].flatMap((transport) =>
    Object.entries({ '4.8': io48, '2.5': io25 }).map(
      ([name, connect]) =>
        [
          `${name} over ${transport}`,
          (url: string) => {
            const socket = connect(url, { transports: [transport], forceNew: true, reconnection: false });
            return { socket, leave: () => void socket.disconnect() };
          },
        ] as const,
    ),
  ),
  ...['websocket', 'xhr-polling'].map(
    (transport) =>
      [
        `0.9 over ${transport}`,
        (url: string) => {
          io09.transports = [transport];
          const socket = io09.connect(url, { 'force new connection': true, reconnect: false });
          return { socket, leave: () => void socket.socket.disconnect() };
        },
      ] as const,
  ),
];

/** A client that behaves, and is to be served as if it were alone. */
export class Bystander {
  readonly name: string;
  readonly heard: number[] = [];
  readonly #socket: AnySocket;
  readonly leave: () => void;
  /** Why it is no longer connected. */
  lost: string | undefined = undefined;

  private constructor(name: string, { socket, leave }: { socket: AnySocket; leave(): void }) {
    this.name = name;
    this.#socket = socket;
    this.leave = leave;
    socket.on('tick', (n: number) => void this.heard.push(n));
    for (const event of ['connect_error', 'connect_failed', 'disconnect', 'error']) {
      socket.on(event, (why: unknown) => {
        this.lost ??= `${event} ${why instanceof Error ? why.message : String(why)}`;
      });
    }
  }

  /** One per way, all connected. */
  static all(url: string): Promise<Bystander[]> {
    return Promise.all(
      WAYS.map(async ([name, come]) => {
        const visitor = come(url);
        const bystander = new Bystander(name, visitor);
        await new Promise<void>((resolve) => visitor.socket.on('connect', resolve));
        return bystander;
      }),
    );
  }

  /** @returns what the server answers */
  ask(value: number): Promise<unknown> {
    return new Promise((resolve) => this.#socket.emit('ask', value, resolve));
  }
}
