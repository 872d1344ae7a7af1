import type { BroadcastOptions } from 'socket.io-adapter';
import { type Packet, PacketType } from '../../codec/packet/packet.js';
import { type Deadline, DeadlineQueue } from '../../internal/time/deadlines.js';
import type { OutboundPacket } from '../../transport/frame.js';
import type { ClientLike, HubLike, SocketLike } from '../contracts.js';
import { MemoryAdapter } from '../hub/memory-adapter.js';
import { kSession } from '../symbols.js';
import type { DisconnectedSession, DisconnectedSessions, KeptSession } from './disconnected-sessions.js';
import type { LogBudget } from './log-budget.js';
import { PacketLog } from './packet-log.js';
import type { RecoveryGap, RecoverySession, RestoredSession } from './recovery-session.js';
import { RoomHistory } from './room-history.js';

/** How long and how much is kept. */
export interface RecoverySettings {
  /** Milliseconds that a client may be away. */
  readonly maxDisconnectionDuration: number;
  /** Milliseconds for which a dead connection may look alive; what was sent meanwhile is kept as well. */
  readonly undetected: number;
  /** Packets of one namespace. */
  readonly maxPackets: number;
  /** Bytes of the packets of all namespaces. */
  readonly budget: LogBudget;
  /** Of all namespaces. */
  readonly sessions: DisconnectedSessions;
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
  /** Sockets that are here, by private id: a client may be back before the server knows that it was gone. */
  readonly #present = new Map<string, SocketLike>();
  readonly #log: PacketLog;
  readonly #settings: RecoverySettings;

  constructor(hub: HubLike, settings: RecoverySettings) {
    super(hub);
    this.#settings = settings;
    const { maxDisconnectionDuration, undetected, maxPackets, budget } = settings;
    this.#log = new PacketLog(maxDisconnectionDuration + undetected, maxPackets, budget);
  }

  get #hub(): HubLike {
    return this.nsp as HubLike;
  }

  get #patience(): DeadlineQueue {
    return this.#hub.server.deadlines.of(this.#settings.maxDisconnectionDuration);
  }

  /** Clients that may come back. */
  get absentees(): number {
    return this.#absent.size;
  }

  // ---- packets ----

  protected override prepared(packet: Packet, options: BroadcastOptions): OutboundPacket {
    const outbound = super.prepared(packet, options);
    if (packet.type !== PacketType.EVENT || packet.id !== undefined) return outbound;
    const offset = this.#note(packet, options);
    return offset === undefined ? outbound : outbound.stamp(offset);
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

  // ---- rooms ----

  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    const history = this.#historyOf(id);
    if (history !== undefined) {
      for (const room of rooms) if (!this.isIn(id, room)) this.#noteChange(history, room, true);
    }
    return super.addAll(id, rooms);
  }

  override del(id: string, room: string): Promise<void> | void {
    if (this.isIn(id, room)) this.#noteChange(this.#historyOf(id), room, false);
    return super.del(id, room);
  }

  #historyOf(id: string): RoomHistory | undefined {
    return this.#hub.sockets.get(id)?.[kSession]?.history;
  }

  #noteChange(history: RoomHistory | undefined, room: string, joined: boolean): void {
    const { latest, oldest } = this.#log;
    history?.note({ room, joined, after: latest }, this.#hub.server.limits.maxRoomsPerSocket, oldest);
  }

  // ---- sockets ----

  /** A socket has come in, or back. */
  entered(socket: SocketLike, session: RecoverySession, restored: RestoredSession | undefined): void {
    if (!socket.connected) return;
    this.#present.set(session.pid, socket);
    session.history = restored?.history;
    if (session.history === undefined) session.history = new RoomHistory(this.#log.latest);
    else this.#noteChangesOnTheWay(session.history, socket.id, new Set(restored?.rooms));
  }

  /** Middlewares and hooks may have changed the rooms of a socket that comes back. */
  #noteChangesOnTheWay(history: RoomHistory, id: string, before: ReadonlySet<string>): void {
    const now = this.socketRooms(id) ?? new Set<string>();
    for (const room of now) if (!before.has(room)) this.#noteChange(history, room, true);
    for (const room of before) if (!now.has(room)) this.#noteChange(history, room, false);
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
    const history = this.#present.get(pid)?.[kSession]?.history;
    if (history !== undefined) this.#keep({ sid, pid, rooms, data, history });
    // It was lost among the packets that it had missed, and it is not known which of them it has.
    else this.#hub._recoveryExpired({ sid, rooms: new Set(rooms), data });
  }

  #keep(kept: KeptSession): void {
    const { sessions } = this.#settings;
    this.#absent.set(kept.pid, sessions.keep(kept, this.#patience, this.#lost));
    sessions.makeRoom();
  }

  /** The socket of a session is gone, for good or not. */
  left(pid: string): void {
    this.#present.delete(pid);
  }

  /** No client can come back for it any more. */
  readonly #lost = ({ pid, sid, rooms, data }: KeptSession): void => {
    this.#absent.delete(pid);
    this.#hub._recoveryExpired({ sid, rooms: new Set(rooms), data });
  };

  /**
   * Gives a kept socket back, once.
   * @param offset of the last packet that the client has seen; undefined when it has not seen any.
   */
  comeBack(pid: string, offset: string | undefined, client: ClientLike): RestoredSession | RecoveryGap {
    const present = this.#present.get(pid);
    if (present !== undefined && present.client !== client) present.conn.close(true);
    const absence = this.#absent.get(pid);
    if (absence === undefined) return 'unknown_session';
    this.#absent.delete(pid);
    this.#settings.sessions.take(absence);
    const { kept } = absence;
    const restored = this.#restored(kept, offset, client);
    if (restored !== undefined) return restored;
    this.#lost(kept);
    return 'lost_history';
  }

  /** Undefined when it is not known what the client has missed. */
  #restored(kept: KeptSession, offset: string | undefined, client: ClientLike): RestoredSession | undefined {
    const { sid, rooms, data, history } = kept;
    const seen = offset === undefined ? history.since : this.#log.numberOf(offset);
    if (seen === undefined) return undefined;
    // A client may still have the offset of a session before. Whatever it says, this session has nothing from before it began.
    const from = Math.max(seen, history.since);
    if (!this.#log.reachesBackTo(from)) return undefined;
    return {
      sid,
      rooms,
      data,
      history,
      missed: () => {
        // Too much was sent while its middlewares ran: rather than miss something in silence, it begins afresh.
        if (!this.#log.reachesBackTo(from)) client.conn.close(true);
        const missed = this.#log.since(from, rooms, history.changes);
        history.since = from;
        return missed;
      },
      giveBack: () => this.#keep(kept),
      refuse: () => this.#lost(kept),
    };
  }

  override close(): void {
    void super.close();
    DeadlineQueue.cancel(this);
    for (const absence of this.#absent.values()) this.#settings.sessions.take(absence);
    this.#absent.clear();
    this.#present.clear();
    this.#log.clear();
  }
}
