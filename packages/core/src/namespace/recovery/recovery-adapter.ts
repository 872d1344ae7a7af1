import type { BroadcastOptions } from 'socket.io-adapter';
import { type Packet, PacketType } from '../../codec/packet/packet.js';
import { type Deadline, DeadlineQueue, QueuedDeadline } from '../../internal/deadlines.js';
import { OutboundPacket } from '../../virtual-socket/outbound-packet.js';
import type { Hub } from '../hub/hub.js';
import { MemoryAdapter } from '../hub/memory-adapter.js';
import type { Socket } from '../socket/socket.js';
import { PacketLog } from './packet-log.js';
import type { RecoverySession, RestoredSession } from './recovery-session.js';

/** How long and how much is kept. */
export interface RecoverySettings {
  /** Milliseconds for which a client may be away. */
  readonly maxDisconnectionDuration: number;
  /** Milliseconds for which a dead connection may look alive; what was sent meanwhile is kept as well. */
  readonly undetected: number;
  /** Packets of one namespace. */
  readonly maxPackets: number;
}

/** What stays of a socket that may come back. */
interface Kept {
  readonly sid: string;
  readonly pid: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
  readonly since: number;
}

/** A socket whose client is away. */
class DisconnectedSession extends QueuedDeadline {
  readonly kept: Kept;
  readonly #expired: (absence: DisconnectedSession) => void;

  constructor(kept: Kept, expired: (absence: DisconnectedSession) => void) {
    super();
    this.kept = kept;
    this.#expired = expired;
  }

  override onDeadline(): void {
    this.#expired(this);
  }
}

/**
 * Rooms in memory, with what it takes to give a client its socket back after a short absence: its rooms and data, and the
 * packets that it missed.
 */
export class RecoveryAdapter extends MemoryAdapter implements Deadline {
  due = 0;
  previousDeadline: Deadline | undefined = undefined;
  nextDeadline: Deadline | undefined = undefined;
  deadlineQueue: DeadlineQueue | undefined = undefined;
  readonly #absent = new Map<string, DisconnectedSession>();
  /** Sockets that are here, by private id: a client may be back before we know that it was gone. */
  readonly #present = new Map<string, Socket>();
  readonly #log: PacketLog;
  readonly #settings: RecoverySettings;

  constructor(hub: Hub, settings: RecoverySettings) {
    super(hub);
    this.#settings = settings;
    this.#log = new PacketLog(settings.maxDisconnectionDuration + settings.undetected, settings.maxPackets);
  }

  get #hub(): Hub {
    return this.nsp as Hub;
  }

  get #patience(): DeadlineQueue {
    return this.#hub.server.deadlines.of(this.#settings.maxDisconnectionDuration);
  }

  /** Clients that may come back. */
  get absentees(): number {
    return this.#absent.size;
  }

  // ---- packets ----

  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = this.#hub.name;
    const outgoing = new OutboundPacket(packet);
    const offset =
      packet.type === PacketType.EVENT && packet.id === undefined ? this.#note(packet, options) : undefined;
    this.deliver(offset === undefined ? outgoing : outgoing.stamp(offset), options);
  }

  #note({ data }: Packet, { rooms, except, flags }: BroadcastOptions): string | undefined {
    const values = data as readonly unknown[];
    if (flags?.volatile !== true) {
      if (this.deadlineQueue === undefined) this.#patience.arm(this);
      return this.#log.add(values, { rooms, except });
    }
    // Clients take a text in the last place for the offset, whatever it is.
    return typeof values[values.length - 1] === 'string' ? this.#log.latestOffset : undefined;
  }

  /** Now and then, what is too old goes. */
  onDeadline(): void {
    this.#log.dropOld();
    if (this.#log.size > 0) this.#patience.arm(this);
  }

  // ---- sockets ----

  /** A socket has come in with its ticket. */
  entered(socket: Socket, ticket: RecoverySession): void {
    ticket.since = this.#log.latest;
    this.#present.set(ticket.pid, socket);
  }

  override persistSession({
    sid,
    pid,
    rooms,
    data,
  }: {
    sid: string;
    pid: string;
    rooms: string[];
    data: unknown;
  }): void {
    const since = this.#present.get(pid)?._ticket?.since ?? this.#log.latest;
    this.#keep({ sid, pid, rooms, data, since });
  }

  #keep(kept: Kept): void {
    const absence = new DisconnectedSession(kept, (expired) => this.#forget(expired));
    this.#absent.set(kept.pid, absence);
    this.#patience.arm(absence);
  }

  /** The socket that had this ticket is gone, for good or not. */
  left(pid: string): void {
    this.#present.delete(pid);
  }

  /** Nobody has come for it. */
  #forget({ kept }: DisconnectedSession): void {
    this.#absent.delete(kept.pid);
    this.#publishGone(kept);
  }

  /** Nobody can have it back any more. */
  #publishGone({ sid, rooms, data }: Kept): void {
    this.#hub._recoveryExpired({ sid, rooms: new Set(rooms), data });
  }

  /**
   * Gives a kept socket back, once.
   * @param offset of the last packet that the client has seen; undefined when it has not seen any.
   */
  comeBack(pid: string, offset: string | undefined, client: object): RestoredSession | undefined {
    const present = this.#present.get(pid);
    if (present !== undefined && present.client !== client) present.conn.close(true);
    const absence = this.#absent.get(pid);
    if (absence === undefined) return undefined;
    this.#absent.delete(pid);
    DeadlineQueue.cancel(absence);
    const { kept } = absence;
    const from = offset === undefined ? kept.since : this.#log.numberOf(offset);
    if (from !== undefined && this.#log.since(from, kept.rooms) !== undefined) {
      return {
        ...kept,
        missed: () => this.#log.since(from, kept.rooms) ?? [],
        giveBack: () => this.#keep(kept),
        refuse: () => this.#publishGone(kept),
      };
    }
    this.#publishGone(kept);
    return undefined;
  }

  override close(): void {
    DeadlineQueue.cancel(this);
    for (const absence of this.#absent.values()) DeadlineQueue.cancel(absence);
    this.#absent.clear();
    this.#present.clear();
    this.#log.clear();
  }
}
