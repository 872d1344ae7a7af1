import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import { type CodecError, isCodecError } from '../../codec/codec-error.js';
import { makePacket, type Packet } from '../../codec/packet/packet.js';
import { markAsMessage } from '../../codec/packet/sent-message.js';
import { callListeners, hears } from '../../internal/events/lazy-emitter.js';
import { OutboundPacket } from '../../transport/frame.js';
import type { DropPolicy } from '../../virtual-socket/backpressure-queue.js';
import type { Dialect } from '../../virtual-socket/dialect.js';
import type { HubLike, SocketLike } from '../contracts.js';
import { kDeliver } from '../symbols.js';
import { type BroadcastFlags, dropPolicyOf } from './flags.js';

type Sets = Map<string, Set<string>>;
type Targets = Pick<BroadcastOptions, 'rooms' | 'except'>;

/**
 * The rooms of one process. It keeps `socket.io-adapter`'s contract, but a socket that is in its own room only costs one entry
 * of a set, and a broadcast goes straight to the sockets, without an array of encoded packets.
 *
 * `rooms` and `sids` are maps of sets as ever. An application that reads one of them has them complete from then on, which
 * costs a set for each socket.
 */
export class MemoryAdapter extends Adapter {
  readonly #rooms: Sets = new Map();
  readonly #sids: Sets = new Map();
  /** Sockets that are in their own room only, and the only ones there; undefined once the maps have been read. */
  #alone: Set<string> | undefined = new Set();

  static {
    const { prototype } = MemoryAdapter;
    // Fields of the base class, whose constructor sets them: a subclass cannot declare accessors for these.
    for (const [name, read] of [
      ['rooms', (adapter: MemoryAdapter) => adapter.#rooms],
      ['sids', (adapter: MemoryAdapter) => adapter.#sids],
    ] as const) {
      Object.defineProperty(prototype, name, {
        get(this: MemoryAdapter) {
          this.#complete();
          return read(this);
        },
        set() {},
        configurable: true,
      });
    }
    // The same for a method that the base class keeps to itself.
    Object.defineProperty(prototype, 'apply', {
      value(this: MemoryAdapter, targets: Targets, callback: (socket: SocketLike) => void) {
        this.#each(targets, true, call, callback);
      },
      writable: true,
      configurable: true,
    });
  }

  get #hub(): HubLike {
    return this.nsp as HubLike;
  }

  /** Unlike Node's, this lets no listener that fails harm a socket that joins or leaves. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const { server, name: namespace } = this.#hub;
    return callListeners(this, event, args, (error) =>
      server.report(error, { phase: 'listener', namespace, event: String(event) }),
    );
  }

  /** Most servers have no listener, and every socket comes and goes. */
  #tell(event: string, room: string, id?: string): void {
    if (!hears(this, event)) return;
    if (id === undefined) this.emit(event, room);
    else this.emit(event, room, id);
  }

  // ---- who is where ----

  #complete(): void {
    const alone = this.#alone;
    if (alone === undefined) return;
    this.#alone = undefined;
    for (const id of alone) this.#enterAlone(id);
  }

  #enterAlone(id: string): void {
    const both = new Set([id]);
    this.#sids.set(id, both);
    this.#rooms.set(id, both);
  }

  /** Gives a socket and its own room a set each, as they are about to differ. */
  #separate(id: string): void {
    if (this.#alone?.delete(id)) {
      this.#sids.set(id, new Set([id]));
      this.#rooms.set(id, new Set([id]));
      return;
    }
    const members = this.#rooms.get(id);
    if (members !== undefined && members === this.#sids.get(id)) this.#rooms.set(id, new Set(members));
  }

  /** Whether a socket is in a room. */
  protected isIn(id: string, room: string): boolean {
    return this.#sids.get(id)?.has(room) === true || (id === room && this.#alone?.has(id) === true);
  }

  /** The rooms of a socket. The set follows the rooms that the socket joins and leaves later. */
  override socketRooms(id: string): Set<string> | undefined {
    this.#separate(id);
    return this.#sids.get(id);
  }

  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    const ownOnly = rooms.size === 1 && rooms.has(id);
    if (ownOnly && this.#alone?.has(id)) return;
    if (ownOnly && !this.#sids.has(id) && !this.#rooms.has(id)) {
      if (this.#alone === undefined) this.#enterAlone(id);
      else this.#alone.add(id);
      this.roomOpened(id);
      this.#tell('create-room', id);
      this.#tell('join-room', id, id);
      return;
    }
    this.#separate(id);
    for (const room of rooms) this.#add(id, room);
  }

  #add(id: string, room: string): void {
    this.#separate(room);
    setOf(this.#sids, id).add(room);
    const exists = this.#rooms.has(room);
    const members = setOf(this.#rooms, room);
    if (!exists) {
      this.roomOpened(room);
      this.#tell('create-room', room);
    }
    if (members.has(id)) return;
    members.add(id);
    this.#tell('join-room', room, id);
  }

  override del(id: string, room: string): Promise<void> | void {
    this.#separate(id);
    this.#separate(room);
    this.#sids.get(id)?.delete(room);
    this.#leave(id, room);
  }

  #leave(id: string, room: string): void {
    const members = this.#rooms.get(room);
    if (members === undefined) return;
    if (members.delete(id)) this.#tell('leave-room', room, id);
    if (members.size > 0 || !this.#rooms.delete(room)) return;
    this.roomClosed(room);
    this.#tell('delete-room', room);
  }

  /** A room has its first member. */
  protected roomOpened(_room: string): void {}

  /** A room has no members any more. */
  protected roomClosed(_room: string): void {}

  override delAll(id: string): void {
    if (this.#alone?.delete(id)) {
      this.#tell('leave-room', id, id);
      this.roomClosed(id);
      this.#tell('delete-room', id);
      return;
    }
    this.#separate(id);
    for (const room of this.#sids.get(id) ?? NO_IDS) this.#leave(id, room);
    this.#sids.delete(id);
  }

  #membersOf(room: string): Iterable<string> {
    return this.#rooms.get(room) ?? (this.#alone?.has(room) ? [room] : NO_IDS);
  }

  /**
   * @param joined leaves out sockets that have not entered any room yet.
   * @param visit gets `context` and each socket.
   */
  #each<Context>(
    { rooms, except }: Targets,
    joined: boolean,
    visit: (context: Context, socket: SocketLike) => void,
    context: Context,
  ): void {
    const skipped = except === undefined || except.size === 0 ? undefined : this.#membersOfAll(except);
    const { sockets } = this.nsp as HubLike;
    if (rooms.size === 0) {
      for (const socket of sockets.values()) {
        const { id } = socket;
        if (skipped?.has(id) || (joined && !this.#alone?.has(id) && !this.#sids.has(id))) continue;
        visit(context, socket);
      }
      return;
    }
    const seen = rooms.size > 1 ? new Set<string>() : undefined;
    for (const room of rooms) {
      for (const id of this.#membersOf(room)) {
        if (skipped?.has(id) || seen?.has(id)) continue;
        seen?.add(id);
        const socket = sockets.get(id);
        if (socket !== undefined) visit(context, socket);
      }
    }
  }

  #membersOfAll(rooms: ReadonlySet<string>): ReadonlySet<string> {
    const members = new Set<string>();
    for (const room of rooms) for (const id of this.#membersOf(room)) members.add(id);
    return members;
  }

  // ---- broadcasts ----

  /** @throws CodecError when the data cannot be encoded for some clients; the others get it. */
  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = (this.nsp as HubLike).name;
    this.deliver(this.prepared(packet, options), options);
  }

  /** Sends a message to the targeted sockets. @throws as {@link broadcast} */
  protected deliver(packet: OutboundPacket, options: BroadcastOptions): void {
    const flags = (options.flags ?? {}) as BroadcastFlags;
    const delivery: Delivery = {
      hub: this.nsp as HubLike,
      packet,
      volatile: flags.volatile === true,
      compress: flags.compress !== false,
      dropPolicy: flags.droppable === true || flags.latest !== undefined ? dropPolicyOf(flags) : undefined,
      unwritable: undefined,
      error: undefined,
    };
    this.#each(options, false, deliver, delivery);
    if (delivery.error !== undefined) throw delivery.error;
  }

  /** Makes the message that the sockets get. */
  protected prepared({ type, nsp, data, id }: Packet, { flags }: BroadcastOptions): OutboundPacket {
    const packet = makePacket(type, nsp, data, id ?? undefined);
    if ((flags as BroadcastFlags | undefined)?.send === true) markAsMessage(packet);
    return new OutboundPacket(packet);
  }
}

/** One broadcast on its way to the sockets of this process. */
interface Delivery {
  readonly hub: HubLike;
  readonly packet: OutboundPacket;
  readonly volatile: boolean;
  readonly compress: boolean;
  readonly dropPolicy: DropPolicy | undefined;
  /** The data has no form for clients of these dialects. */
  unwritable: Set<Dialect> | undefined;
  error: CodecError | undefined;
}

/** A socket that fails costs the others nothing. */
function deliver(delivery: Delivery, socket: SocketLike): void {
  if (delivery.unwritable?.has(socket.conn.dialect)) return;
  try {
    socket[kDeliver](delivery.packet, delivery.volatile, delivery.compress, delivery.dropPolicy);
  } catch (error) {
    failed(delivery, socket, error);
  }
}

function failed(delivery: Delivery, socket: SocketLike, error: unknown): void {
  const { hub } = delivery;
  if (!isCodecError(error)) return hub.server.report(error, { phase: 'adapter', namespace: hub.name, socket });
  delivery.unwritable ??= new Set();
  delivery.unwritable.add(socket.conn.dialect);
  delivery.error ??= error;
}

function call(callback: (socket: SocketLike) => void, socket: SocketLike): void {
  callback(socket);
}

const NO_IDS: readonly string[] = [];

function setOf(sets: Sets, key: string): Set<string> {
  let set = sets.get(key);
  if (set === undefined) {
    set = new Set();
    sets.set(key, set);
  }
  return set;
}
