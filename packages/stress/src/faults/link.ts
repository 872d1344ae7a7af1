import net, { type Socket } from 'node:net';
import type { FaultyLink, Strike } from './fault.js';

/** The network as its links see it. */
export interface Network {
  /** Bytes in one go, as on a slow line; undefined: as they come. */
  pace: number | undefined;
  /** Counts one chunk. @returns what goes wrong with it */
  step(): Strike | undefined;
  silence(): void;
}

/** One direction of a connection. */
class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  /** Events while nothing was carried: Node reports an end to those who have paused, too. */
  #held: (() => void)[] | undefined = undefined;

  constructor(from: Socket, to: Socket, take: (chunk: Buffer, lane: Lane) => void) {
    this.#from = from;
    this.#to = to;
    from.on('data', (chunk: Buffer) => take(chunk, this));
    from.on('end', () => this.#unlessHeld(() => to.end()));
    from.on('error', () => this.#unlessHeld(() => to.destroy()));
    from.on('close', () => this.#unlessHeld(() => to.destroySoon()));
  }

  #unlessHeld(tell: () => void): void {
    if (this.#held === undefined) tell();
    else this.#held.push(tell);
  }

  pass(bytes: Buffer): void {
    if (this.#to.writable) this.#to.write(bytes);
  }

  hold(): void {
    this.#held ??= [];
    this.#from.pause();
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const tell of held) tell();
    this.#from.resume();
  }

  /** Nothing overtakes: no more is read before the last piece is on its way. */
  async dribble(chunk: Buffer, pace: number): Promise<void> {
    this.hold();
    for (let at = 0; at < chunk.length; at += pace) {
      this.pass(chunk.subarray(at, at + pace));
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.release();
  }
}

/** A proxied connection. */
export class Link implements FaultyLink {
  readonly client: Socket;
  readonly server: Socket;
  readonly network: Network;
  readonly #lanes: readonly Lane[];

  constructor(client: Socket, upstream: number, network: Network) {
    this.client = client;
    this.server = net.connect({ port: upstream, host: '127.0.0.1', allowHalfOpen: true });
    this.network = network;
    this.#lanes = [new Lane(client, this.server, this.#take), new Lane(this.server, client, this.#take)];
  }

  readonly #take = (chunk: Buffer, lane: Lane): void => {
    const { network } = this;
    const strike = network.step();
    if (strike !== undefined) strike(this, chunk, (bytes) => lane.pass(bytes), lane === this.#lanes[0]);
    else if (network.pace === undefined) lane.pass(chunk);
    else void lane.dribble(chunk, network.pace);
  };

  /** From now on nothing is carried, and neither side is told anything, not even that the other side has ended. */
  hold(): void {
    for (const lane of this.#lanes) lane.hold();
  }

  /** Carries what was held, and goes on. */
  release(): void {
    for (const lane of this.#lanes) lane.release();
  }

  destroy(): void {
    this.client.destroy();
    this.server.destroy();
  }
}
