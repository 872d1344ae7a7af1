import type { BroadcastOptions } from 'socket.io-adapter';
import { CodecError } from '../../codec/codec-error.js';
import type { DropPolicy } from '../../virtual-socket/backpressure-queue.js';
import type { Dialect } from '../../virtual-socket/dialect.js';
import type { OutboundPacket } from '../../virtual-socket/outbound-packet.js';
import type { Socket } from '../socket/socket.js';
import { type BroadcastFlags, dropPolicyOf } from './flags.js';
import type { Hub } from './hub.js';

/** One broadcast on its way to the sockets of this process. A socket that fails costs the others nothing. */
export class Delivery {
  readonly #hub: Hub;
  readonly #packet: OutboundPacket;
  readonly #volatile: boolean;
  readonly #compress: boolean;
  readonly #dropPolicy: DropPolicy | undefined;
  /** The data has no form in which their clients could be told. */
  #mute: Set<Dialect> | undefined = undefined;
  #unserializable: CodecError | undefined = undefined;

  constructor(hub: Hub, packet: OutboundPacket, { flags }: BroadcastOptions) {
    this.#hub = hub;
    this.#packet = packet;
    this.#volatile = flags?.volatile === true;
    this.#compress = flags?.compress !== false;
    this.#dropPolicy = flags === undefined ? undefined : dropPolicyOf(flags as BroadcastFlags);
  }

  to(socket: Socket): void {
    if (this.#mute?.has(socket.conn.dialect) === true) return;
    try {
      socket._deliver(this.#packet, this.#volatile, this.#compress, this.#dropPolicy);
    } catch (error) {
      this.#failed(socket, error);
    }
  }

  #failed(socket: Socket, error: unknown): void {
    if (!(error instanceof CodecError)) {
      this.#hub.server.report(error, { phase: 'adapter', namespace: this.#hub.name, socket });
      return;
    }
    this.#mute ??= new Set();
    this.#mute.add(socket.conn.dialect);
    this.#unserializable ??= error;
  }

  /** @throws CodecError when the data had no wire form for some clients. */
  end(): void {
    if (this.#unserializable !== undefined) throw this.#unserializable;
  }
}
