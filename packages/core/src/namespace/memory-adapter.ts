import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import type { Packet } from '../codec/packet.js';
import { Outgoing } from '../virtual-socket/outgoing.js';
import type { Hub } from './hub.js';
import type { Socket } from './socket.js';

/**
 * The rooms of one process. Membership is `socket.io-adapter`'s; a broadcast goes straight to the sockets, without an
 * array of encoded packets or a set of ids when one room or none is meant.
 */
export class MemoryAdapter extends Adapter {
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    const hub = this.nsp as Hub;
    packet.nsp = hub.name;
    const outgoing = new Outgoing(packet);
    const volatile = options.flags?.volatile === true;
    const compress = options.flags?.compress !== false;
    const skipped = this.#skipped(options.except);
    if (options.rooms.size === 0) {
      for (const [id, socket] of hub.sockets) if (!skipped?.has(id)) socket._deliver(outgoing, volatile, compress);
      return;
    }
    for (const socket of this.#members(options.rooms)) {
      if (!skipped?.has(socket.id)) socket._deliver(outgoing, volatile, compress);
    }
  }

  /** A set of ids to leave out, or undefined. */
  #skipped(except: Set<string> | undefined): Set<string> | undefined {
    if (except === undefined || except.size === 0) return undefined;
    const skipped = new Set<string>();
    for (const room of except) for (const id of this.rooms.get(room) ?? []) skipped.add(id);
    return skipped;
  }

  *#members(rooms: Set<string>): Iterable<Socket> {
    const { sockets } = this.nsp as Hub;
    const seen = rooms.size > 1 ? new Set<string>() : undefined;
    for (const room of rooms) {
      for (const id of this.rooms.get(room) ?? []) {
        if (seen?.has(id)) continue;
        seen?.add(id);
        const socket = sockets.get(id);
        if (socket !== undefined) yield socket;
      }
    }
  }
}
