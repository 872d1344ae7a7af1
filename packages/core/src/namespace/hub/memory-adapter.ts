import { Adapter, type BroadcastOptions } from 'socket.io-adapter';
import { type CodecError, isCodecError } from '../../codec/codec-error.js';
import { makePacket, type Packet, PacketType } from '../../codec/packet/packet.js';
import { markAsMessage } from '../../codec/packet/sent-message.js';
import { callListeners, hears } from '../../internal/events/lazy-emitter.js';
import { OutboundPacket } from '../../transport/frame.js';
import type { DropPolicy } from '../../virtual-socket/backpressure-queue.js';
import type { Dialect } from '../../virtual-socket/dialect.js';
import type { HubLike, SocketLike } from '../contracts.js';
import type {
  HistoryAdapter,
  HistoryEvent,
  HistoryQuery,
  RewindingSocket,
  Rewound,
  RoomEvents,
} from '../history/contracts.js';
import type { HistoryRule, HistoryRules } from '../history/history-rules.js';
import { type KeptRoom, MemoryHistory } from '../history/memory-history.js';
import type { KeptEvent } from '../history/room-log.js';
import { kDeliver, kSession } from '../symbols.js';
import { type BroadcastFlags, dropPolicyOf } from './flags.js';

type Sets = Map<string, Set<string>>;
type Targets = Pick<BroadcastOptions, 'rooms' | 'except'>;

/**
 * The rooms of one process. It has the contract of `socket.io-adapter`, but a socket that is only in its own room costs one entry
 * of a set, and a broadcast goes straight to the sockets, without an array of encoded packets.
 *
 * `rooms` and `sids` are maps of sets, as in socket.io. Once an application has read one of them, both are complete from then on,
 * which costs a set for each socket.
 */
export class MemoryAdapter extends Adapter implements HistoryAdapter {
  readonly #rooms: Sets = new Map();
  readonly #sids: Sets = new Map();
  /** Sockets that are in their own room only, and the only ones there; undefined once the maps have been read. */
  #alone: Set<string> | undefined = new Set();
  /** The rooms that have a history; undefined where none has. */
  protected readonly historyRules: HistoryRules | undefined;
  #history: MemoryHistory | undefined = undefined;

  /** @param hub the namespace. */
  constructor(hub: { readonly name: string }) {
    super(hub);
    this.historyRules = (hub as HubLike).server.histories?.policy.of(hub.name);
  }

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
    const kept = this.historyRules === undefined ? undefined : this.keptRooms(packet, options);
    if (kept === undefined) this.deliver(this.prepared(packet, options), options);
    else this.#broadcastKept(packet, options, kept);
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

  // ---- histories of rooms ----

  /** The rooms of a broadcast that keep it; undefined for none. */
  protected keptRooms({ type, id }: Packet, { rooms, flags }: BroadcastOptions): KeptRoom[] | undefined {
    if (this.historyRules === undefined || type !== PacketType.EVENT || id !== undefined) return undefined;
    if (flags?.volatile === true || flags?.local === true) return undefined;
    let kept: KeptRoom[] | undefined;
    for (const room of rooms) {
      const rule = this.historyRuleOf(room);
      if (rule === undefined) continue;
      kept ??= [];
      kept.push({ room, rule });
    }
    return kept;
  }

  /** The rule for a room; undefined for a room without a history. */
  protected historyRuleOf(room: string): HistoryRule | undefined {
    return this.#hub.sockets.has(room) ? undefined : this.historyRules?.ruleOf(room);
  }

  /** @throws Error for a room without a history. */
  protected requiredHistoryRule(room: string): HistoryRule {
    const rule = this.historyRuleOf(room);
    if (rule !== undefined) return rule;
    throw new Error(`The room ${room} of ${this.#hub.name} has no history: name it in the option history`);
  }

  get #ownHistory(): MemoryHistory {
    const { deadlines, histories } = this.#hub.server;
    this.#history ??= new MemoryHistory(deadlines, (histories as NonNullable<typeof histories>).budget);
    return this.#history;
  }

  /** The event is kept as it is now: what a handler does to its data later changes nothing. */
  #broadcastKept(packet: Packet, options: BroadcastOptions, kept: readonly KeptRoom[]): void {
    const history = this.#ownHistory;
    const number = history.next();
    const outbound = this.prepared(withOffset(packet, kept, history.offsetOf(number)), options);
    const { plain } = outbound;
    this.deliver(outbound, options);
    const isMessage = (options.flags as BroadcastFlags | undefined)?.send === true;
    history.add(number, kept, this.#hub.server.encoder.textOf(plain), { isMessage, except: options.except });
  }

  async joinWithHistory(socket: RewindingSocket, room: string, query: HistoryQuery): Promise<Rewound> {
    const { events, complete, offset } = this.#ownHistory.part(room, this.requiredHistoryRule(room), query);
    if (this.isIn(socket.id, room)) return { events: 0, complete: true, offset };
    let sent = 0;
    for (const { encoded, isMessage, except } of events) {
      if (except !== undefined && this.isInOneOf(socket.id, except)) continue;
      this.replay(socket, this.#hub.server.encoder.received(encoded, isMessage));
      sent++;
    }
    await this.addAll(socket.id, new Set([room]));
    return { events: sent, complete, offset };
  }

  async readHistory(room: string, query: HistoryQuery): Promise<RoomEvents> {
    const rule = this.requiredHistoryRule(room);
    const { events, ...rest } = this.#ownHistory.part(room, rule, query);
    return { events: events.map((event) => this.#read(event, rule)), ...rest };
  }

  #read({ number, at, encoded, isMessage }: KeptEvent, { offsets }: HistoryRule): HistoryEvent {
    const data = this.#hub.server.encoder.received(encoded, isMessage).packet.data as [string, ...unknown[]];
    const [event, ...args] = offsets ? (data.slice(0, -1) as [string]) : data;
    return { event, args, at, offset: this.#ownHistory.offsetOf(number) };
  }

  protected isInOneOf(id: string, rooms: Iterable<string>): boolean {
    for (const room of rooms) if (this.isIn(id, room)) return true;
    return false;
  }

  /** Sends a socket, and no other, an event that it was not here for. */
  protected replay(socket: RewindingSocket, outbound: OutboundPacket): void {
    if (!socket.connected) return;
    const own = socket as SocketLike;
    if (own[kSession] === undefined) return own[kDeliver](outbound, false, true, undefined);
    // Its client may lose the connection before it has the event, and come back for it.
    const { type, nsp, data } = outbound.packet;
    const packet = makePacket(type, nsp, data);
    this.broadcast(packet, { rooms: new Set([socket.id]), except: new Set(), flags: {} });
  }

  /** Ends what is kept. */
  override close(): Promise<void> | void {
    this.#history?.clear();
  }
}

/** The packet with its offset behind the arguments, where one of its rooms wants that. */
function withOffset(packet: Packet, kept: readonly KeptRoom[], offset: string): Packet {
  if (!kept.some(({ rule }) => rule.offsets)) return packet;
  return { ...packet, data: [...(packet.data as unknown[]), offset] };
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
