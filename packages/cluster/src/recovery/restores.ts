import type { Packet } from '@sio/core/adapter';
import type { LogEntry, LogPart } from '../engine/log.js';
import { type Frame, Kind, readFrame, uniqueFrames } from '../wire/frame.js';
import type { SessionRecord } from './kept-sessions.js';
import type { Cut, NamespaceLog } from './namespace-log.js';
import { isAfter, type Offset, readOffset, writeOffset } from './offset.js';

/** Arguments of a missed event, with its offset behind them. */
type Missed = readonly unknown[];

/** A message that arrives while a session is being restored. */
interface Pending {
  readonly frame: Frame;
  readonly offset: string;
  readonly packet: () => Packet;
}

/** Time (ms) for which a message that the client has got may be on its way to the log. */
const ON_ITS_WAY = 1000;
const PAUSE = 20;

/** A session that its client has asked for. */
export class Restoring {
  readonly record: SessionRecord;
  readonly #from: Offset;
  #number: number | undefined;
  #cut: Cut | undefined;
  #entries: readonly Frame[] = [];
  #pending: Pending[] = [];

  constructor(record: SessionRecord, from: Offset) {
    this.record = record;
    this.#from = from;
  }

  get from(): Offset {
    return this.#from;
  }

  began(number: number): void {
    this.#number = number;
    this.#cut = undefined;
    this.#pending = [];
  }

  get cut(): Cut | undefined {
    return this.#cut;
  }

  cutAt(cut: Cut): void {
    this.#cut = cut;
  }

  /** A message for clients of this server. @param isOwn it was sent by this server, and is on its way to the log. */
  add(frame: Frame, isOwn: boolean, offset: string, packet: () => Packet): void {
    const hasPlace = isOwn || frame.position !== undefined;
    const isBehind = hasPlace ? this.#number !== undefined : this.#cut !== undefined;
    if (isBehind && isInRoomsOf(frame, this.record)) this.#pending.push({ frame, offset, packet });
  }

  /** @returns whether all is there that the client has got and not got. */
  read(entries: readonly Frame[]): boolean {
    const { node, number } = this.#from;
    this.#entries = uniqueFrames(entries).filter((entry) => isAfter(entry, this.#from));
    return node === undefined || entries.some((entry) => entry.sender === node && entry.number === number);
  }

  /** A message is missing in the log. */
  get isHoled(): boolean {
    return this.#entries.some(({ kind }) => kind === Kind.HOLE);
  }

  /** The events that the client has missed until now. */
  missed(dataOf: (frame: Frame) => unknown[]): Missed[] {
    const missed: Missed[] = [];
    for (const entry of this.#entries) {
      if (entry.kind === Kind.BROADCAST && concerns(entry, this.record))
        missed.push([...dataOf(entry), this.#offsetOf(entry)]);
    }
    for (const { frame, offset, packet } of this.#pending)
      if (this.#isBehindCut(frame)) missed.push([...(packet().data as unknown[]), this.#behind(offset)]);
    return missed;
  }

  /**
   * Messages of this server are on their way to the log, and have no place yet. Brokers may send on others before the mark of the place that
   * they are behind, or after the mark of one that they are before.
   */
  #isBehindCut({ position }: Frame): boolean {
    const cut = this.#cut?.position;
    return position === undefined || cut === undefined || position > cut;
  }

  #offsetOf({ position }: Frame): string {
    const { epoch, node, number } = this.#from;
    const at = position as string;
    // The last own message of its former server that it has got may stand behind this one.
    const own = this.#ownPosition;
    return own !== undefined && own > at ? writeOffset(epoch, at, node, number) : writeOffset(epoch, at);
  }

  #ownPosition: string | undefined;

  /** Where the last message stands that the client had got before the log had it. */
  ownAt(position: string | undefined): void {
    this.#ownPosition = position;
  }

  /** A message of this server may be on its way to the log when the log was read further than this server had heard. */
  #behind(offset: string): string {
    const read = readOffset(offset);
    const position = this.#cut?.position;
    if (read === undefined || position === undefined || read.position >= position) return offset;
    return writeOffset(read.epoch, position, read.node, read.number);
  }
}

/** Whether a message is for a socket, by the rooms that it was in when the message came. */
function concerns(frame: Frame, record: SessionRecord): boolean {
  const isElsewhere = frame.header.f?.local === true && frame.sender !== record.node;
  return !isElsewhere && isInRoomsOf(frame, record);
}

function isInRoomsOf(frame: Frame, record: SessionRecord): boolean {
  const { r, x } = frame.header;
  const isIn = (room: string) => wasIn(room, frame, record);
  if (r !== undefined && !r.some(isIn)) return false;
  return x === undefined || !x.some(isIn);
}

function wasIn(room: string, frame: Frame, { rooms, changes }: SessionRecord): boolean {
  for (const [changed, joined, offset] of changes) {
    if (changed !== room) continue;
    const at = readOffset(offset);
    if (at !== undefined && frame.position !== undefined && !isAfter(frame, at)) return !joined;
  }
  return rooms.includes(room);
}

interface Waiting {
  readonly restoring: Restoring;
  readonly since: number;
  readonly done: (found: boolean | undefined) => void;
}

/** Restores many sessions at a time, because all clients of a killed server connect to the others at once. */
export class Restores {
  readonly #log: NamespaceLog;
  readonly #timeout: number;
  /** All that may get messages. */
  readonly #open = new Set<Restoring>();
  #waiting: Waiting[] = [];
  #busy = false;

  /** @param timeout ms for an answer of the broker. */
  constructor(log: NamespaceLog, timeout: number) {
    this.#log = log;
    this.#timeout = timeout;
  }

  /** A message for clients of this server. */
  add(frame: Frame, isOwn: boolean, offset: string, packet: () => Packet): void {
    for (const restoring of this.#open) restoring.add(frame, isOwn, offset, packet);
  }

  /** @returns whether the history is complete; undefined when the broker does not answer. */
  find(restoring: Restoring): Promise<boolean | undefined> {
    this.#open.add(restoring);
    return new Promise((done) => {
      this.#waiting.push({ restoring, since: performance.now(), done });
      void this.#run();
    });
  }

  /** Called when the session is restored, or cannot be. */
  end(restoring: Restoring): void {
    this.#open.delete(restoring);
  }

  async #run(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      // All requests of this turn share one read of the log.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.#waiting.splice(0);
      const late = await this.#look(batch).catch(() => {
        for (const { done } of batch) done(undefined);
        return [];
      });
      if (late.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE).unref());
      this.#waiting.push(...late);
    }
    this.#busy = false;
  }

  /** @returns those for which a message is still on its way to the log. */
  async #look(batch: readonly Waiting[]): Promise<Waiting[]> {
    const cut = await this.#log.cut(
      (number) => {
        for (const { restoring } of batch) restoring.began(number);
      },
      this.#timeout,
      (at) => {
        for (const { restoring } of batch) restoring.cutAt(at);
      },
    );
    if (cut === undefined) throw new Error('The broker does not answer');
    const positions = batch.map(({ restoring }) => restoring.from.position).sort();
    const part = await this.#log.read(positions[0] as string, cut.position);
    const frames = part.entries.map(({ payload, position }: LogEntry) => readFrame(payload, position));
    return batch.filter((waiting) => !settle(waiting, part, frames));
  }
}

/** @returns whether it is known how it ends. */
function settle({ restoring, since, done }: Waiting, part: LogPart, frames: readonly Frame[]): boolean {
  const { epoch, node, number } = restoring.from;
  // A log that ends before what the client has got has lost its end.
  const isCut = restoring.from.position > (restoring.cut?.position ?? '');
  if (part.epoch !== epoch || part.dropped > restoring.from.position || isCut) {
    done(false);
    return true;
  }
  const own = node === undefined ? undefined : frames.find((f) => f.sender === node && f.number === number);
  restoring.ownAt(own?.position);
  if (!restoring.read(frames)) {
    if (performance.now() - since < ON_ITS_WAY) return false;
    done(false);
    return true;
  }
  done(!restoring.isHoled);
  return true;
}
