import type { AdapterEncoder, KeptSocket } from '@sio/core/adapter';
import { attempt } from '../engine/broker-calls.js';
import type { EngineLog } from '../engine/log.js';
import { bodyOf, Kind, readFrame, writeFrame } from '../wire/frame.js';

/** A room that was entered or left, and what had come to the socket before. */
export type RoomChange = readonly [room: string, joined: boolean, offset: string];

/** A session as it is kept. */
export interface SessionRecord {
  readonly sid: string;
  /** The server that the socket is on. */
  readonly node: string;
  readonly rooms: readonly string[];
  /** Where it began. */
  readonly since: string;
  /** Oldest first. */
  readonly changes: readonly RoomChange[];
  /** Behind this the changes are known. */
  readonly floor?: string | undefined;
  readonly data: unknown;
}

/** A session whose socket is here. */
interface LiveSession {
  readonly pid: string;
  readonly socket: KeptSocket;
  readonly since: string;
  changes: RoomChange[];
  floor: string | undefined;
}

/** A session that the broker has not stored. */
interface Unwritten {
  readonly frame: Buffer;
  /** When the session is over (monotonic ms). */
  readonly until: number;
  /** Its socket was here: only what the session is now is worth writing. */
  readonly wasLive: boolean;
}

/** Changes of rooms that are remembered of a socket. */
const MOST_CHANGES = 64;

/** Sessions as the broker keeps them, written while their sockets are here: a server that is killed can write nothing. */
export class KeptSessions {
  readonly #log: EngineLog;
  readonly #encoder: AdapterEncoder;
  readonly #node: string;
  readonly #namespace: string;
  /** Milliseconds that a client may be disconnected. */
  readonly #patience: number;
  readonly #live = new Map<string, LiveSession>();
  readonly #bySocket = new Map<string, LiveSession>();
  /** Sessions whose clients are away, with the time (monotonic ms) at which they are over; the first one comes first. */
  readonly #away = new Map<string, number>();
  readonly #mostAway: number;
  #changed = new Set<LiveSession>();
  #flushing: Promise<void> | undefined;
  readonly #open = new Set<Promise<unknown>>();
  /** Sessions that the broker has not stored. */
  readonly #unwritten = new Map<string, Unwritten>();
  /** Sessions that are yet to be renewed in this round. */
  #round: string[] = [];
  #roundEnds = 0;
  #lastTick = performance.now();

  constructor(
    log: EngineLog,
    encoder: AdapterEncoder,
    node: string,
    namespace: string,
    patience: number,
    mostAway: number,
  ) {
    this.#log = log;
    this.#encoder = encoder;
    this.#node = node;
    this.#namespace = namespace;
    this.#patience = patience;
    this.#mostAway = mostAway;
  }

  /** A server that is killed renews nothing: its sessions last at least as long as its clients may be away. */
  get #lease(): number {
    return this.#patience * 2;
  }

  #key(pid: string): string {
    return `session:${this.#namespace}:${pid}`;
  }

  /** A socket is in. @param before the session that it has come back for. */
  enter(pid: string, socket: KeptSocket, offset: string, before: SessionRecord | undefined): void {
    const session: LiveSession = {
      pid,
      socket,
      since: before?.since ?? offset,
      changes: [...(before?.changes ?? [])],
      floor: before?.floor,
    };
    this.#live.set(pid, session);
    this.#away.delete(pid);
    this.#bySocket.set(socket.id, session);
    if (before !== undefined) this.#noteChangesOnTheWay(session, new Set(before.rooms), offset);
    this.#write(session);
  }

  /** Middlewares and hooks may have changed the rooms of a socket that comes back. */
  #noteChangesOnTheWay(session: LiveSession, before: ReadonlySet<string>, offset: string): void {
    const { rooms } = session.socket;
    for (const room of rooms) if (!before.has(room)) this.#note(session, [room, true, offset]);
    for (const room of before) if (!rooms.has(room)) this.#note(session, [room, false, offset]);
  }

  /** A socket enters or leaves a room. @returns whether it has a session, which is written in this turn. */
  changed(sid: string, room: string, joined: boolean, offset: string): boolean {
    const session = this.#bySocket.get(sid);
    if (session === undefined) return false;
    this.#note(session, [room, joined, offset]);
    this.#write(session);
    return true;
  }

  #note(session: LiveSession, change: RoomChange): void {
    // No message has arrived since it began, so its rooms can count as these from the start.
    if (session.changes.length === 0 && change[2] === session.since) return;
    session.changes.push(change);
    if (session.changes.length <= MOST_CHANGES) return;
    const dropped = session.changes.splice(0, MOST_CHANGES / 2);
    session.floor = dropped.at(-1)?.[2];
  }

  #write(session: LiveSession): void {
    this.#changed.add(session);
    this.#flushing ??= Promise.resolve().then(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = undefined;
    const changed = this.#changed;
    this.#changed = new Set();
    for (const session of changed) if (this.#live.get(session.pid) === session) this.#put(session, this.#lease);
  }

  #put({ pid, socket, since, changes, floor }: LiveSession, time: number): void {
    const { id: sid, rooms, data } = socket;
    this.put(pid, { sid, node: this.#node, rooms: [...rooms], since, changes, floor, data }, time);
  }

  /** @param time ms */
  put(pid: string, { data, ...place }: SessionRecord, time: number): void {
    let frame: Buffer;
    try {
      frame = writeFrame(Kind.SESSION, this.#node, 0, {}, this.#encoder.textOfValues([place, data]));
    } catch {
      // Its data has no form in which it could be kept.
      return this.#dropNow(pid);
    }
    this.#keep(pid, { frame, until: performance.now() + time, wasLive: this.#live.has(pid) });
  }

  /** Writes a session, and remembers to do so again if the broker does not take it. */
  #keep(pid: string, session: Unwritten): void {
    this.#unwritten.delete(pid);
    const time = session.until - performance.now();
    const failed = () => void this.#unwritten.set(pid, session);
    this.#track(() => attempt(() => this.#log.keep(this.#key(pid), session.frame, time)).catch(failed));
  }

  #writeAgain(): void {
    for (const [pid, session] of [...this.#unwritten]) {
      this.#unwritten.delete(pid);
      if (this.touch(pid) || session.wasLive) continue;
      if (session.until > performance.now()) this.#keep(pid, session);
    }
  }

  #dropNow(pid: string): void {
    this.#unwritten.delete(pid);
    this.#track(() => this.#log.drop(this.#key(pid)));
  }

  #track(call: () => Promise<unknown>): void {
    // The canaries show that the broker is unreachable.
    const done = (async () => call())().catch(() => {});
    this.#open.add(done);
    void done.then(() => this.#open.delete(done));
  }

  /** Resolves when the broker has all that was written. */
  async stored(): Promise<void> {
    await this.#flushing;
    await Promise.all(this.#open);
  }

  /** Writes a session again, with its data as they are now. @returns whether it is here. */
  touch(pid: string): boolean {
    const session = this.#live.get(pid);
    if (session === undefined) return false;
    this.#write(session);
    return true;
  }

  /** Called when the client of a socket is lost and may reconnect. @returns whether its session was here. */
  away(pid: string): boolean {
    const session = this.#live.get(pid);
    if (session === undefined) return false;
    this.#forget(session);
    this.#put(session, this.#patience);
    this.#leave(pid);
    return true;
  }

  /** Counts disconnected sessions, and drops the one that has been disconnected longest. */
  #leave(pid: string): void {
    const now = performance.now();
    this.#away.set(pid, now + this.#patience);
    for (const [oldest, until] of this.#away) {
      const isOver = until <= now;
      if (!isOver && this.#away.size <= this.#mostAway) return;
      this.#away.delete(oldest);
      if (!isOver) this.#dropNow(oldest);
    }
  }

  /** Called when the socket does not come back. */
  drop(pid: string): void {
    const session = this.#live.get(pid);
    if (session === undefined) return;
    this.#forget(session);
    this.#dropNow(pid);
  }

  /** Called when the session continues on another server. @returns its socket, which must be closed. */
  release(pid: string): KeptSocket | undefined {
    const session = this.#live.get(pid);
    this.#unwritten.delete(pid);
    if (session !== undefined) this.#forget(session);
    return session?.socket;
  }

  #forget(session: LiveSession): void {
    this.#live.delete(session.pid);
    if (this.#bySocket.get(session.socket.id) === session) this.#bySocket.delete(session.socket.id);
  }

  /** Takes a session out of the store: one caller gets it. */
  async take(pid: string): Promise<SessionRecord | undefined> {
    const bytes = await this.#log.take(this.#key(pid));
    if (bytes === undefined) return undefined;
    const [place, data] = this.#encoder.valuesOf(bodyOf(readFrame(bytes))) as [Omit<SessionRecord, 'data'>, unknown];
    return { ...place, data };
  }

  /** Writes what the broker has not taken, and renews some sessions, so that all have had their turn within half the time that a client may be away. */
  tick(): void {
    const now = performance.now();
    const elapsed = now - this.#lastTick;
    this.#lastTick = now;
    if (this.#unwritten.size > 0) this.#writeAgain();
    if (this.#round.length === 0) {
      if (now < this.#roundEnds) return;
      this.#round = [...this.#live.keys()];
      this.#roundEnds = now + this.#patience / 2;
    }
    const left = Math.max(this.#roundEnds - now, elapsed);
    const some = this.#round.splice(0, Math.ceil((this.#round.length * elapsed) / left));
    const keys = some.filter((pid) => this.#live.has(pid)).map((pid) => this.#key(pid));
    if (keys.length > 0) this.#track(() => this.#log.renew(keys, this.#lease));
  }
}
