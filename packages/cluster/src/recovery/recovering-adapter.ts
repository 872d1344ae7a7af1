import {
  type AdapterHub,
  type GapInHistory,
  type KeptSocket,
  type OutboundPacket,
  type Packet,
  PacketType,
} from '@sio/core/adapter';
import type { BroadcastOptions } from 'socket.io-adapter';
import { ClusterAdapter, headerOf, optionsOf, ownFrame } from '../adapter.js';
import { inTime } from '../engine/broker-calls.js';
import type { EngineLog } from '../engine/log.js';
import type { Cluster } from '../node/cluster.js';
import { bodyOf, type Frame, Kind } from '../wire/frame.js';
import { isNamedBy } from '../wire/topics.js';
import { KeptSessions } from './kept-sessions.js';
import { NamespaceLog } from './namespace-log.js';
import { readOffset } from './offset.js';
import { Restores, Restoring } from './restores.js';

type Policy = NonNullable<AdapterHub['server']['recovery']>;

/** A session that is restored. */
interface FoundSession {
  readonly sid: string;
  readonly pid: string;
  readonly rooms: string[];
  readonly data: unknown;
  /** As they are when it is read. */
  readonly missedPackets: readonly (readonly unknown[])[];
}

/** A session whose client is lost. */
interface LostSession {
  readonly sid: string;
  readonly pid: string;
  readonly rooms: string[];
  readonly data: unknown;
}

/**
 * A namespace whose clients can come back on any server, also when theirs was killed: events go through a log of the broker, and sessions
 * are kept there while their sockets are here.
 */
export class RecoveringClusterAdapter extends ClusterAdapter {
  readonly #hub: AdapterHub;
  readonly #log: NamespaceLog;
  readonly #sessions: KeptSessions;
  readonly #restores: Restores;
  readonly #patience: number;
  /** Time (ms) for an answer of the broker. */
  readonly #timeout: number;
  /** The broker has several servers, and may be back in a moment. */
  readonly #isElecting: boolean;
  /** Sessions that are found, and whose clients are connecting, by private id. */
  readonly #found = new Map<string, Restoring>();
  #warned = false;

  constructor(hub: AdapterHub, cluster: Cluster, log: EngineLog, policy: Policy) {
    super(hub, cluster);
    this.#hub = hub;
    const { maxDisconnectionDuration, maxPackets, maxSessions } = policy;
    this.#patience = maxDisconnectionDuration;
    const { pingInterval = 25_000, pingTimeout = 20_000 } = hub.server.opts;
    // A dead connection can look alive for this long.
    const retention = { time: maxDisconnectionDuration + pingInterval + pingTimeout, entries: maxPackets };
    const report = (error: unknown) => hub.server.report(error, { phase: 'recovery', namespace: hub.name });
    this.#log = new NamespaceLog(cluster, log, hub.name, retention, report);
    const { encoder } = hub.server;
    this.#sessions = new KeptSessions(log, encoder, cluster.id, hub.name, maxDisconnectionDuration, maxSessions);
    this.#timeout = cluster.requestTimeout + (log.patience ?? 0);
    this.#isElecting = (log.patience ?? 0) > 0;
    this.#restores = new Restores(this.#log, this.#timeout);
    this.tick();
  }

  override tick(): void {
    super.tick();
    this.#log.tick();
    if (this.cluster.state !== 'down') this.#sessions.tick();
  }

  /** @throws Error when something is lost for clients that come back. */
  override async stored(): Promise<void> {
    await Promise.all([this.#log.stored(), this.#sessions.stored()]);
  }

  // ---- broadcasts ----

  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = this.#hub.name;
    if (options.flags?.volatile === true || packet.type !== PacketType.EVENT || packet.id !== undefined) {
      return super.broadcast(packet, options);
    }
    const outbound = this.prepared(packet, options);
    const text = this.textFor(outbound, options);
    const header = headerOf(this.#hub.name, options);
    const rooms = this.keptRooms(packet, options);
    const { histories } = this;
    const kept = rooms === undefined || histories === undefined ? undefined : { histories, rooms };
    const number = this.#log.append(this.#isForHere(options) ? undefined : options.rooms, header, text, kept);
    const frame = ownFrame(this.cluster.id, number, header);
    this.#deliverStamped(
      kept === undefined ? outbound : kept.histories.delivered(outbound, frame),
      options,
      frame,
      true,
    );
  }

  /** No other server has sockets that it is for. */
  #isForHere({ rooms, flags }: BroadcastOptions): boolean {
    if (flags?.local === true) return true;
    if (rooms.size !== 1) return false;
    const [room] = rooms;
    return this.#hub.sockets.has(room as string) && isNamedBy(this.cluster.id, room as string);
  }

  #deliverStamped(outbound: OutboundPacket, options: BroadcastOptions, frame: Frame, isOwn: boolean): void {
    const { offset } = this.#log;
    this.#restores.add(frame, isOwn, offset, () => outbound.packet);
    this.deliver(this.#hub.server.encoder.stamped(outbound, offset), options);
  }

  override take(frame: Frame): void {
    if (frame.position !== undefined) this.#log.heard(frame);
    if (frame.kind === Kind.TAKEN) return this.#giveAway(frame);
    if (frame.kind !== Kind.BROADCAST) return super.take(frame);
    const options = optionsOf(frame.header);
    const outbound = this.received(frame);
    if (frame.position === undefined && options.flags?.volatile !== true) this.#warn(frame.sender);
    this.#deliverStamped(outbound, options, frame, false);
  }

  override echo(frame: Frame): void {
    super.echo(frame);
    if (frame.position !== undefined) this.#log.heard(frame);
  }

  #warn(sender: string): void {
    if (this.#warned) return;
    this.#warned = true;
    const [name] = this.cluster.namesOf([sender]);
    const why = `${name} does not keep its events for clients that reconnect: set connectionStateRecovery on a server, or recovery on an emitter`;
    this.#hub.server.report(new Error(why), { phase: 'recovery', namespace: this.#hub.name });
  }

  // ---- rooms ----

  /** Resolves when other servers' messages to the rooms arrive, and the broker keeps the rooms. */
  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    const { offset } = this.#log;
    let isKept = false;
    for (const room of rooms) {
      if (!this.isIn(id, room)) isKept = this.#sessions.changed(id, room, true, offset) || isKept;
    }
    const added = super.addAll(id, rooms);
    if (!isKept || this.cluster.away) return added;
    return Promise.all([added, this.#sessions.stored()]).then(nothing);
  }

  override del(id: string, room: string): Promise<void> | void {
    if (this.isIn(id, room)) this.#sessions.changed(id, room, false, this.#log.offset);
    return super.del(id, room);
  }

  // ---- sessions ----

  sessionEntered(socket: KeptSocket, pid: string): void {
    const found = this.#found.get(pid);
    this.#sessions.enter(pid, socket, this.#log.offset, found?.record);
    this.#end(pid);
  }

  override persistSession({ pid, sid, rooms, data }: LostSession): void {
    const found = this.#found.get(pid);
    if (found !== undefined) {
      const { record } = found;
      this.#end(pid);
      return this.#sessions.put(pid, { ...record, sid, rooms, data }, this.#patience);
    }
    this.#sessions.away(pid);
  }

  sessionLeft(pid: string): void {
    this.#end(pid);
    this.#sessions.drop(pid);
  }

  #end(pid: string): void {
    const found = this.#found.get(pid);
    if (found === undefined) return;
    this.#found.delete(pid);
    this.#restores.end(found);
    for (const room of found.record.rooms) this.releaseRoom(room);
  }

  /** Called when its client has connected to another server. */
  #giveAway({ header }: Frame): void {
    this.#sessions.release(header.t as string)?.disconnect(true);
  }

  override async restoreSession(pid: string, offset: string | undefined): Promise<never> {
    return (await this.#restore(pid, offset)) as never;
  }

  async #restore(pid: string, offset: string | undefined): Promise<FoundSession | GapInHistory | null> {
    const { started } = this.cluster;
    if (started !== undefined) await inTime(started, this.cluster.requestTimeout);
    if (!(await this.cluster.reached(this.#isElecting ? this.#timeout : 0))) return { gap: 'unreachable' };
    // It may be here: the server does not know yet that its client was lost.
    if (this.#sessions.touch(pid)) await this.#sessions.stored();
    const record = await this.#sessions.take(pid);
    if (record === undefined) return null;
    if (record.node === this.cluster.id) this.#sessions.release(pid)?.disconnect(true);
    else this.cluster.sendTo(record.node, Kind.TAKEN, { n: this.#hub.name, t: pid });
    const fromText = offset ?? record.since;
    const from = readOffset(fromText);
    const floor = record.floor === undefined ? undefined : readOffset(record.floor);
    if (from === undefined || (floor !== undefined && from.position < floor.position)) return { gap: 'lost_history' };
    const restoring = new Restoring(record, from);
    this.#found.set(pid, restoring);
    await Promise.all(record.rooms.map((room) => this.acquireRoom(room)));
    const complete = await this.#restores.find(restoring);
    if (complete !== true) {
      this.#end(pid);
      return { gap: complete === false ? 'lost_history' : 'unreachable' };
    }
    const { sid, rooms, data } = record;
    const dataOf = this.#dataOf;
    return {
      sid,
      pid,
      rooms: [...rooms],
      data,
      get missedPackets() {
        return restoring.missed(dataOf);
      },
    };
  }

  readonly #dataOf = (frame: Frame): unknown[] => {
    const { encoder } = this.#hub.server;
    return encoder.received(bodyOf(frame), false).packet.data as unknown[];
  };

  override close(): Promise<void> {
    for (const pid of [...this.#found.keys()]) this.#end(pid);
    return super.close();
  }
}

function nothing(): void {}
