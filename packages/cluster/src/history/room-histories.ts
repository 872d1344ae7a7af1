import {
  type AdapterEncoder,
  type EncodedBinary,
  type HistoryEvent,
  type HistoryQuery,
  type HistoryRule,
  type HistoryRules,
  type KeptRoom,
  type OutboundPacket,
  type RewindingSocket,
  type Rewound,
  type RoomEvents,
  rewindOf,
} from '@sio/core/adapter';
import { attempt, inTime } from '../engine/broker-calls.js';
import { type EngineHistories, type HistorySnapshot, type HistoryTarget, isNoLog } from '../engine/log.js';
import type { Cluster } from '../node/cluster.js';
import { isAfter, isLater, NO_OFFSET, type Offset, readOffset, writeOffset } from '../recovery/offset.js';
import { bodyOf, type Frame, type Header, Kind, readFrame, uniqueFrames, writeFrame } from '../wire/frame.js';
import { historyName, logName, nodeTopic } from '../wire/topics.js';
import { Joining, type Pending } from './joining.js';
import { targetOf } from './target.js';

/** The rooms of a namespace on this server. */
export interface RoomsHere {
  isIn(id: string, room: string): boolean;
  /** Resolves when messages to the room arrive at this server. */
  acquire(room: string): Promise<void>;
  release(room: string): void;
  /** Sends a socket an event, and no other socket. */
  replay(socket: RewindingSocket, outbound: OutboundPacket): void;
  enter(id: string, room: string): Promise<void> | void;
  /** Takes the error of a broker that is not set up to keep events. */
  report(error: unknown): void;
}

/** Writes a message to histories, and to the namespace's log if it has one, and publishes it. */
export type WriteKept = (isLogged: boolean, topics: readonly string[], frame: Buffer) => Promise<unknown>;

/** Events that a client has been sent out of a history. */
interface Replayed {
  readonly outbound: OutboundPacket;
  readonly offset: string;
  readonly frame: Frame;
}

const NOTHING: Rewound = Object.freeze({ events: 0, complete: false, offset: undefined });
/** Rooms whose histories lack an event that they do not report yet. */
const MOST_HOLES = 10_000;
/** Time (ms) for which a message that the client has got may be on its way to the history. */
const ON_ITS_WAY = 1000;
const PAUSE = 20;
/** Time (ms) between two questions for the place where the histories are. */
const ASKS_EVERY = 60_000;

/**
 * The histories of a namespace's rooms, which the broker keeps. Clients of this server get an event before it is in the history. A client
 * that joins a room gets the history up to a mark, and what comes to this server behind the mark.
 */
export class RoomHistories {
  readonly #cluster: Cluster;
  readonly #store: EngineHistories;
  readonly #encoder: AdapterEncoder;
  readonly #namespace: string;
  readonly #rules: HistoryRules;
  readonly #rooms: RoomsHere;
  readonly #joining = new Set<Joining>();
  readonly #holes = new Map<string, HistoryTarget>();
  #epoch: string | undefined;
  #asking = false;
  /** When that was (monotonic ms). */
  #asked = 0;
  #reported = false;
  /** The last place that this server has received. */
  #place: string | undefined;
  /** Number of the last own message that is not back yet. */
  #underWay: number | undefined;

  constructor(
    cluster: Cluster,
    store: EngineHistories,
    encoder: AdapterEncoder,
    namespace: string,
    rules: HistoryRules,
    rooms: RoomsHere,
  ) {
    this.#cluster = cluster;
    this.#store = store;
    this.#encoder = encoder;
    this.#namespace = namespace;
    this.#rules = rules;
    this.#rooms = rooms;
  }

  /** The offset of a client that gets a message now. */
  get offset(): string {
    if (this.#epoch === undefined || this.#place === undefined) return NO_OFFSET;
    if (this.#underWay === undefined) return writeOffset(this.#epoch, this.#place);
    return writeOffset(this.#epoch, this.#place, this.#cluster.id, this.#underWay);
  }

  // ---- writing ----

  /** Writes a message to the histories of rooms, and sends it to other servers. @returns its number. */
  record(kept: readonly KeptRoom[], rooms: ReadonlySet<string>, header: Header, body: string | EncodedBinary): number {
    const number = this.#cluster.nextNumber();
    const write = this.writer(kept, number);
    if (this.#cluster.loses) {
      this.lost(kept);
      this.#cluster.countLost();
      return number;
    }
    const topics = [...this.#cluster.topics.of(this.#namespace, rooms), nodeTopic(this.#cluster.id)];
    const frame = writeFrame(Kind.BROADCAST, this.#cluster.id, number, { ...header, m: 1 }, body);
    this.#cluster.countPublished(frame.length);
    write(false, topics, frame).catch((error: unknown) => this.#cluster.countLost(error));
    return number;
  }

  /** A way to write a message of this server. @param number of the message. */
  writer(kept: readonly KeptRoom[], number: number): WriteKept {
    const targets = kept.map((each) => targetOf(this.#namespace, each));
    return async (isLogged, topics, frame) => {
      this.#underWay = number;
      try {
        await this.#store.record(targets, logName(this.#namespace), isLogged, topics, frame);
      } catch (error) {
        this.#noteHoles(targets);
        throw error;
      }
    };
  }

  /** A message is not written. */
  lost(kept: readonly KeptRoom[]): void {
    this.#noteHoles(kept.map((each) => targetOf(this.#namespace, each)));
  }

  #noteHoles(targets: readonly HistoryTarget[]): void {
    for (const target of targets) {
      if (this.#holes.size < MOST_HOLES) this.#holes.set(target.history, target);
    }
  }

  // ---- the broker ----

  /** Called twice a second, and when the broker is back. */
  tick(): void {
    if (this.#cluster.state === 'down') return;
    const isDue = this.#epoch === undefined || performance.now() - this.#asked > ASKS_EVERY;
    if (isDue && !this.#asking) void this.#ask();
    for (const target of this.#holes.values()) this.#sayHole(target);
  }

  /** Reads the current place of the histories, so that messages get offsets that are not old. */
  async #ask(): Promise<void> {
    this.#asking = true;
    this.#asked = performance.now();
    const nowhere: HistoryTarget = { history: historyName(this.#namespace, ''), time: 1000, entries: 0, bytes: 0 };
    await this.#snapshot(undefined, nowhere, 0);
    this.#asking = false;
  }

  /** Readers learn that a message is missing. */
  #sayHole(target: HistoryTarget): void {
    this.#holes.delete(target.history);
    const hole = writeFrame(Kind.HOLE, this.#cluster.id, this.#cluster.nextNumber(), { n: this.#namespace });
    const failed = (error: unknown) => {
      this.#cluster.notStored(error);
      this.#noteHoles([target]);
    };
    attempt(() => this.#store.record([target], logName(this.#namespace), false, [], hole)).then(
      () => this.#cluster.storesAgain(),
      failed,
    );
  }

  /** It may lose what it has, and start anew. */
  brokerAway(): void {
    this.#epoch = undefined;
    this.#place = undefined;
    this.#underWay = undefined;
    for (const joining of this.#joining) joining.giveUp();
  }

  /** Called for a message that histories contain. */
  heard({ sender, number, kind, place }: Frame): void {
    if (this.#place === undefined || (place as string) > this.#place) this.#place = place;
    if (sender !== this.#cluster.id) return;
    if (this.#underWay !== undefined && !isLater(this.#underWay, number)) this.#underWay = undefined;
    if (kind !== Kind.MARK) return;
    for (const joining of this.#joining) if (joining.mark === number) joining.found();
  }

  /**
   * The message as clients get it, with its offset if a rule of its rooms wants that. Sockets on their way into one of the rooms get it as
   * soon as they are in.
   */
  delivered(outbound: OutboundPacket, frame: Frame): OutboundPacket {
    const { offset } = this;
    for (const joining of this.#joining) joining.add({ frame, offset, outbound });
    const wants = (room: string) => this.#rules.ruleOf(room)?.offsets === true;
    return frame.header.r?.some(wants) === true ? this.#encoder.withArgument(outbound, offset) : outbound;
  }

  // ---- reading ----

  /** Reads a history, and has a mark sent behind it. @returns undefined when the broker does not answer in time. */
  async #snapshot(
    joining: Joining | undefined,
    target: HistoryTarget,
    count: number,
  ): Promise<HistorySnapshot | undefined> {
    const number = this.#cluster.nextNumber();
    const mark = writeFrame(Kind.MARK, this.#cluster.id, number, { n: this.#namespace });
    const marked = joining?.begin(number) ?? true;
    const log = logName(this.#namespace);
    const read = attempt(() => this.#store.snapshot(target, log, count, nodeTopic(this.#cluster.id), mark));
    read.catch((error: unknown) => this.#notRead(error));
    const part = await inTime(read, this.#cluster.requestTimeout);
    if (part === undefined) joining?.giveUp();
    else this.#lives(part);
    const isMarked = await inTime(Promise.resolve(marked), this.#cluster.requestTimeout);
    return isMarked === true ? part : undefined;
  }

  /** The canaries tell that the broker is away. */
  #notRead(error: unknown): void {
    if (!isNoLog(error) || this.#reported) return;
    this.#reported = true;
    this.#rooms.report(error);
  }

  /** Places of another life begin anew. */
  #lives({ epoch, place }: HistorySnapshot): void {
    if (this.#epoch !== undefined && this.#epoch !== epoch) this.#place = place;
    this.#epoch = epoch;
  }

  /** Reads a part of a room's history. */
  async read(room: string, rule: HistoryRule, query: HistoryQuery): Promise<RoomEvents> {
    const count = rewindOf(query, rule);
    const target = targetOf(this.#namespace, { room, rule });
    const part = await this.#snapshot(undefined, target, isSince(query) ? rule.size : count);
    if (part === undefined) return { events: [], complete: false, offset: undefined };
    const { frames, complete } = select(part, query, count);
    const offset = (frame: Frame) => writeOffset(part.epoch, frame.place as string);
    const times = new Map(part.entries.map(({ position, at }) => [position, at]));
    const events = frames.map((frame): HistoryEvent => {
      const [event, ...args] = this.#outbound(frame).packet.data as [string, ...unknown[]];
      return { event, args, at: times.get(frame.place as string) as number, offset: offset(frame) };
    });
    return { events, complete, offset: writeOffset(part.epoch, part.place) };
  }

  #outbound(frame: Frame): OutboundPacket {
    return this.#encoder.received(bodyOf(frame), frame.header.f?.send === true);
  }

  /** Sends a socket a part of a room's history, and lets it in. */
  async join(socket: RewindingSocket, room: string, rule: HistoryRule, query: HistoryQuery): Promise<Rewound> {
    const count = rewindOf(query, rule);
    if (this.#isIn(socket, room)) return { events: 0, complete: true, offset: this.offset };
    const { started } = this.#cluster;
    if (this.#cluster.away) {
      await this.#rooms.enter(socket.id, room);
      return NOTHING;
    }
    const joining = new Joining(socket, room);
    this.#joining.add(joining);
    try {
      if (started !== undefined) await inTime(started, this.#cluster.requestTimeout);
      await this.#rooms.acquire(room);
      const isAway = this.#cluster.state === 'down';
      const part = isAway ? undefined : await this.#partFor(joining, rule, query, count);
      const rewound = this.#finish(joining, part, rule, query, count);
      this.#joining.delete(joining);
      if (socket.connected && !joining.left) await this.#rooms.enter(socket.id, room);
      return rewound;
    } finally {
      this.#joining.delete(joining);
      this.#rooms.release(room);
    }
  }

  /** In the room, or on its way. */
  #isIn(socket: RewindingSocket, room: string): boolean {
    if (this.#rooms.isIn(socket.id, room)) return true;
    for (const joining of this.#joining)
      if (joining.socket === socket && joining.room === room && !joining.left) return true;
    return false;
  }

  async #partFor(
    joining: Joining,
    rule: HistoryRule,
    query: HistoryQuery,
    count: number,
  ): Promise<HistorySnapshot | undefined> {
    const began = performance.now();
    const target = targetOf(this.#namespace, { room: joining.room, rule });
    for (;;) {
      const part = await this.#snapshot(joining, target, isSince(query) ? rule.size : count);
      if (part === undefined || !isOnItsWay(part, query) || performance.now() - began > ON_ITS_WAY) return part;
      await new Promise((resolve) => setTimeout(resolve, PAUSE).unref());
    }
  }

  /** Synchronous, so that no message comes between. */
  #finish(
    joining: Joining,
    part: HistorySnapshot | undefined,
    rule: HistoryRule,
    query: HistoryQuery,
    count: number,
  ): Rewound {
    const { socket, room, left } = joining;
    if (!socket.connected || left || this.#rooms.isIn(socket.id, room)) return NOTHING;
    const pending = part === undefined ? joining.pending : joining.behind(part.place);
    const selected = part === undefined ? undefined : select(part, query, count);
    const events: Replayed[] = (selected?.frames ?? []).map((frame) => ({
      frame,
      outbound: this.#outbound(frame),
      offset: selected?.offsetOf(frame) as string,
    }));
    for (const each of pending) {
      if (selected?.has(each.frame) !== true) events.push({ ...each, offset: behind(each, part) });
    }
    let sent = 0;
    for (const { frame, outbound, offset } of events) {
      if (this.#isExcepted(socket, frame) || this.#hasGot(socket, frame, pending)) continue;
      this.#rooms.replay(socket, rule.offsets ? this.#encoder.withArgument(outbound, offset) : outbound);
      sent++;
    }
    return {
      events: sent,
      complete: selected?.complete === true,
      offset: part === undefined ? undefined : this.offset,
    };
  }

  #isExcepted({ id }: RewindingSocket, { header: { x } }: Frame): boolean {
    return x?.some((room) => this.#rooms.isIn(id, room)) === true;
  }

  /** A message that came just now to another of its rooms as well. */
  #hasGot({ id }: RewindingSocket, frame: Frame, pending: readonly Pending[]): boolean {
    const isLive = pending.some((each) => each.frame === frame);
    return isLive && frame.header.r?.some((room) => this.#rooms.isIn(id, room)) === true;
  }

  /** A socket leaves a room that it may be on its way into. */
  left(id: string, room: string): void {
    for (const joining of this.#joining) if (joining.socket.id === id && joining.room === room) joining.left = true;
  }
}

/** The events that a query asks for. */
interface Selected {
  readonly frames: readonly Frame[];
  readonly complete: boolean;
  offsetOf(frame: Frame): string;
  /** Whether the client has a message already. */
  has(frame: Frame): boolean;
}

function isSince({ since }: HistoryQuery): boolean {
  return since !== undefined && since !== null;
}

function offsetIn({ since }: HistoryQuery): Offset | undefined {
  return typeof since === 'string' ? readOffset(since) : undefined;
}

function framesOf(part: HistorySnapshot): Frame[] {
  return uniqueFrames(part.entries.map(({ payload, position }) => readFrame(payload, undefined, position)));
}

/** A message that the client has got of its former server has not reached the history. */
function isOnItsWay(part: HistorySnapshot, query: HistoryQuery): boolean {
  const from = offsetIn(query);
  if (from?.node === undefined || from.epoch !== part.epoch) return false;
  return !framesOf(part).some(({ sender, number }) => sender === from.node && number === from.number);
}

function select(part: HistorySnapshot, query: HistoryQuery, count: number): Selected {
  const all = framesOf(part);
  const given = offsetIn(query);
  const reaches = (offset: Offset) =>
    offset.epoch === part.epoch &&
    offset.position >= part.dropped &&
    offset.position <= part.place &&
    offset.position >= part.oldest;
  const from = given !== undefined && reaches(given) ? given : undefined;
  const isMissing = (frame: Frame) =>
    from === undefined || isAfter({ ...frame, position: frame.place as string }, from);
  const wanted = from === undefined ? (count === 0 ? [] : all.slice(-count)) : all.filter(isMissing);
  const own = from === undefined ? undefined : all.find((f) => f.sender === from.node && f.number === from.number);
  return {
    frames: wanted.filter(({ kind }) => kind === Kind.BROADCAST),
    complete: (from !== undefined || !isSince(query)) && !wanted.some(({ kind }) => kind === Kind.HOLE),
    offsetOf({ place }) {
      const at = place as string;
      // The last message of its former server that it has got may stand behind this one.
      const isBefore = own?.place !== undefined && own.place > at;
      return isBefore ? writeOffset(part.epoch, at, from?.node, from?.number) : writeOffset(part.epoch, at);
    },
    has: ({ sender, number }) => from !== undefined && sender === from.node && !isLater(number, from.number),
  };
}

/** A message of this server may be on its way when the history was read further than this server had heard. */
function behind({ offset }: Pending, part: HistorySnapshot | undefined): string {
  const read = readOffset(offset);
  if (read === undefined || part === undefined || read.position >= part.place) return offset;
  return writeOffset(read.epoch, part.place, read.node, read.number);
}
