import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import type { Step } from './attack.js';

/** How long (ms) an attacker waits for a reaction. */
const PATIENCE = 30;

/** Somebody on TCP who keeps to no protocol. */
export class Attacker {
  readonly #port: number;
  /** Of this end, by which the server tells its connections. */
  readonly ports: (number | undefined)[] = [];
  readonly #sockets: Socket[] = [];
  #unanswered = false;

  constructor(port: number) {
    this.#port = port;
  }

  /** Resolves when everything is sent; connections stay open. */
  async play(steps: readonly Step[]): Promise<void> {
    let socket = await this.#connect();
    for (const step of steps) {
      if (step.kind === 'new') socket = await this.#connect();
      else if (step.kind === 'wait') await this.#reaction(socket);
      else if (step.kind === 'end') socket.end();
      else if (socket.writable) {
        this.#unanswered = true;
        socket.write(step.bytes);
      }
    }
    await this.#reaction(socket);
  }

  async #connect(): Promise<Socket> {
    const socket = net.connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {
      this.#unanswered = false;
    });
    socket.on('end', () => socket.destroy());
    this.#sockets.push(socket);
    await once(socket, 'connect');
    this.ports.push(socket.localPort);
    this.#unanswered = false;
    return socket;
  }

  async #reaction(socket: Socket): Promise<void> {
    if (!this.#unanswered || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        socket.off('data', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(done, PATIENCE);
      socket.once('data', done).once('close', done);
    });
  }

  /** Hangs up everywhere. */
  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
