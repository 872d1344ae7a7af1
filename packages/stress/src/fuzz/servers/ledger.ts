import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Entry {
  readonly what: string;
  readonly socket: Socket;
  isAnswered(): boolean;
}

/** Keeps account of what reaches an HTTP server: connections, and what was asked over them. */
export class Ledger {
  readonly #entries: Entry[] = [];
  readonly #sockets = new Set<Socket>();

  /** From now on. Mounts are there already: what they keep from others is seen here. */
  constructor(http: HttpServer) {
    const { emit } = http;
    http.emit = (event: string, ...args: unknown[]) => {
      if (event === 'connection') this.#opened(args[0] as Socket);
      else if (event === 'request') this.#asked(args[0] as IncomingMessage, args[1] as ServerResponse);
      else if (event === 'upgrade') this.#upgrades(args[0] as IncomingMessage, args[1] as Socket);
      return Reflect.apply(emit, http, [event, ...args]) as boolean;
    };
  }

  #opened(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #asked(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    // A body that never ends may wait for ever.
    const isAnswered = () => res.writableFinished || socket.destroyed || !req.complete;
    this.#entries.push({ what: `${req.method} ${req.url}`, socket, isAnswered });
  }

  #upgrades({ url }: IncomingMessage, socket: Socket): void {
    const written = socket.bytesWritten;
    const isAnswered = () => socket.destroyed || socket.bytesWritten > written;
    this.#entries.push({ what: `upgrade ${url}`, socket, isAnswered });
  }

  /** Requests over connections from these ports that have no answer. */
  unanswered(ports: ReadonlySet<number | undefined>): string[] {
    const mine = this.#entries.filter(({ socket, isAnswered }) => ports.has(socket.remotePort) && !isAnswered());
    return mine.map(({ what }) => what);
  }

  /** Connections from these ports that the server has not closed, by port. */
  open(ports: ReadonlySet<number | undefined>): string[] {
    return [...this.#sockets]
      .filter(({ remotePort }) => ports.has(remotePort))
      .map(({ remotePort }) => `${remotePort}`);
  }

  /** Ends what is still open, as a server that closes would wait for it. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  forget(): void {
    this.#entries.length = 0;
  }
}
