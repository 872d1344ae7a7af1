import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import type { Packet } from '../../codec/packet/packet.js';
import { callListeners, type Emitter, hears } from '../../internal/lazy-emitter.js';
import { OutboundPacket } from '../../virtual-socket/outbound-packet.js';
import { packetFromAdapter } from './adapter-packet.js';
import { Delivery } from './delivery.js';
import type { Hub } from './hub.js';
import { OwnRoom } from './own-room.js';

type Sets = Map<string, Set<string>>;

/**
 * The rooms of one process. Membership is `socket.io-adapter`'s, except that a socket which is in no room but its own costs
 * no sets; a broadcast goes straight to the sockets, without an array of encoded packets or a set of ids when one room or
 * none is meant.
 */
export class MemoryAdapter extends Adapter {
  /** Unlike Node's, this lets no listener that fails harm a socket that joins or leaves. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const { server, name: namespace } = this.nsp as Hub;
    return callListeners(this as unknown as Emitter, event, args, (error) =>
      server.report(error, { phase: 'listener', namespace, event: String(event) }),
    );
  }

  /** The rooms of a socket. The set follows the rooms that the socket joins and leaves later. */
  override socketRooms(id: string): Set<string> | undefined {
    return unfold(this.sids, id);
  }

  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    if (rooms.size === 1 && rooms.has(id) && !this.sids.has(id) && !this.rooms.has(id)) return this.#enter(id, rooms);
    unfold(this.sids, id);
    for (const room of rooms) unfold(this.rooms, room);
    return super.addAll(id, rooms);
  }

  #enter(id: string, rooms: Set<string>): void {
    const given: unknown = rooms;
    const own = given instanceof OwnRoom ? rooms : (new OwnRoom(id) as unknown as Set<string>);
    this.sids.set(id, own);
    this.rooms.set(id, own);
    this.#tell('create-room', id);
    this.#tell('join-room', id, id);
  }

  override del(id: string, room: string): Promise<void> | void {
    unfold(this.sids, id);
    unfold(this.rooms, room);
    return super.del(id, room);
  }

  override delAll(id: string): void {
    const rooms: unknown = this.sids.get(id);
    if (!(rooms instanceof OwnRoom) || this.rooms.get(id) !== (rooms as unknown)) {
      unfold(this.rooms, id);
      super.delAll(id);
      return;
    }
    this.sids.delete(id);
    this.rooms.delete(id);
    this.#tell('leave-room', id, id);
    this.#tell('delete-room', id);
  }

  /** Hardly anybody listens, and every socket comes and goes. */
  #tell(event: string, room: string, id?: string): void {
    if (!hears(this as unknown as Emitter, event)) return;
    if (id === undefined) this.emit(event, room);
    else this.emit(event, room, id);
  }

  /** @throws CodecError when the data has no wire form for some clients; the others get it. */
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = (this.nsp as Hub).name;
    const delivery = new Delivery(this.nsp as Hub, this.prepared(packet, options), options);
    const skipped = this.#skipped(options.except);
    if (options.rooms.size === 0) this.#toAll(delivery, skipped);
    else this.#toRooms(delivery, options.rooms, skipped);
    delivery.end();
  }

  /** Makes the message that the sockets get. */
  protected prepared(packet: Packet, _options: BroadcastOptions): OutboundPacket {
    return new OutboundPacket(packetFromAdapter(packet));
  }

  #toAll(delivery: Delivery, skipped: ReadonlySet<string> | undefined): void {
    for (const socket of (this.nsp as Hub).sockets.values()) {
      if (skipped === undefined || !skipped.has(socket.id)) delivery.to(socket);
    }
  }

  #toRooms(delivery: Delivery, rooms: ReadonlySet<string>, skipped: ReadonlySet<string> | undefined): void {
    const { sockets } = this.nsp as Hub;
    const seen = rooms.size > 1 ? new Set<string>() : undefined;
    for (const room of rooms) {
      for (const id of this.rooms.get(room) ?? NO_IDS) {
        if (skipped?.has(id) || seen?.has(id)) continue;
        seen?.add(id);
        const socket = sockets.get(id);
        if (socket !== undefined) delivery.to(socket);
      }
    }
  }

  /** A set of ids to leave out, or undefined. */
  #skipped(except: Set<string> | undefined): Set<string> | undefined {
    if (except === undefined || except.size === 0) return undefined;
    const skipped = new Set<string>();
    for (const room of except) for (const id of this.rooms.get(room) ?? NO_IDS) skipped.add(id);
    return skipped;
  }
}

const NO_IDS: readonly string[] = [];

/** Makes a real set of an {@link OwnRoom}, to be changed or kept. */
function unfold(sets: Sets, key: string): Set<string> | undefined {
  const set = sets.get(key);
  if (!((set as unknown) instanceof OwnRoom)) return set;
  const real = new Set([key]);
  sets.set(key, real);
  return real;
}
