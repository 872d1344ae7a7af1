import type { SocketFactory } from '../namespace/contracts.js';
import { Socket } from '../namespace/socket/socket.js';
import type { Server } from './server.js';

/** Since this version of Engine.IO, clients join `/` only where they ask for it. */
const ASKS_FOR_MAIN = 4;

/** Makes the sockets of `/` where classes serve other namespaces alone: a client that joins it has probably left the name out. */
export class UnservedMain implements SocketFactory {
  readonly #io: Server;
  readonly #names: readonly string[];
  #told = false;

  /** @param names of the namespaces that classes serve. */
  constructor(io: Server, names: readonly string[]) {
    this.#io = io;
    this.#names = names;
  }

  readonly create = (): Socket => {
    const socket = new Socket();
    if (!this.#told && socket.conn.protocol >= ASKS_FOR_MAIN && this.#isUnused()) {
      this.#told = true;
      const names = this.#names.map((name) => JSON.stringify(name)).join(', ');
      this.#io._warn(
        'SIO_NAMESPACE_UNSERVED',
        `a client has joined "/", which no class serves: does its address lack a name? Classes serve ${names}`,
      );
    }
    return socket;
  };

  /** The application does nothing with it in other ways either. */
  #isUnused(): boolean {
    const { sockets } = this.#io;
    const listeners = sockets.listenerCount('connection') + sockets.listenerCount('connect');
    return listeners + sockets._middlewares.length === 0;
  }
}
