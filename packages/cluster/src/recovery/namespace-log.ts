import type { EncodedBinary, KeptRoom } from '@sio/core/adapter';
import { attempt } from '../engine/broker-calls.js';
import { type EngineLog, isNoLog, type LogPart, type Retention } from '../engine/log.js';
import type { RoomHistories } from '../history/room-histories.js';
import type { Cluster } from '../node/cluster.js';
import { type Frame, type Header, Kind, writeFrame } from '../wire/frame.js';
import { logName, nodeTopic } from '../wire/topics.js';
import { isLater, NO_OFFSET, writeOffset } from './offset.js';

/** A place in a log: everything before it is in the log, and everything after it reaches this server. */
export interface Cut {
  readonly position: string;
}

/** Rooms that have a message in their histories. */
export interface Kept {
  readonly histories: RoomHistories;
  readonly rooms: readonly KeptRoom[];
}

interface Waiting {
  readonly number: number;
  /** Called when the place is found, before any message behind it. */
  readonly found: (cut: Cut) => void;
}

/**
 * The log of a namespace, as this server writes and hears it. Local clients get a message before it is in the log; the log's own order comes
 * back to this server with each message, through its own topic.
 */
export class NamespaceLog {
  readonly #cluster: Cluster;
  readonly #log: EngineLog;
  readonly #namespace: string;
  readonly #name: string;
  readonly #retention: Retention;
  #epoch: string | undefined;
  /** The last position that this server has received. */
  #position: string | undefined;
  /** Number of the last own message that is not back yet. */
  #underWay: number | undefined;
  /** How many messages of this server the log lacks. */
  #losses = 0;
  /** How many of these the log reports. */
  #reportedLosses = 0;
  #isReporting = false;
  readonly #open = new Set<Promise<void>>();
  #marking: Promise<unknown> | undefined;
  readonly #cuts: Waiting[] = [];

  readonly #report: (error: unknown) => void;
  #reported = false;

  /** @param report takes the error of a broker that is not set up to keep events. */
  constructor(
    cluster: Cluster,
    log: EngineLog,
    namespace: string,
    retention: Retention,
    report: (error: unknown) => void,
  ) {
    this.#report = report;
    this.#cluster = cluster;
    this.#log = log;
    this.#namespace = namespace;
    this.#name = logName(namespace);
    this.#retention = retention;
  }

  /** The offset of a client that gets a message now. */
  get offset(): string {
    if (this.#epoch === undefined || this.#position === undefined) return NO_OFFSET;
    if (this.#underWay === undefined) return writeOffset(this.#epoch, this.#position);
    return writeOffset(this.#epoch, this.#position, this.#cluster.id, this.#underWay);
  }

  /**
   * Writes a message and sends it to other servers.
   * @param rooms undefined when no other server has sockets that it is for.
   * @param kept rooms that have it in their histories, too. @returns its number.
   */
  append(
    rooms: ReadonlySet<string> | undefined,
    header: Header,
    body: string | EncodedBinary,
    kept: Kept | undefined = undefined,
  ): number {
    const number = this.#cluster.nextNumber();
    if (this.#log.patience ? this.#cluster.isFull : this.#cluster.loses) {
      this.#failed();
      kept?.histories.lost(kept.rooms);
      return number;
    }
    const topics = new Set(rooms === undefined ? [] : this.#cluster.topics.of(this.#namespace, rooms));
    topics.add(nodeTopic(this.#cluster.id));
    this.#underWay = number;
    const all: Header = topics.size === 1 ? header : { ...header, m: 1 };
    const frame = writeFrame(Kind.BROADCAST, this.#cluster.id, number, all, body);
    this.#cluster.countPublished(frame.length);
    const write = kept?.histories.writer(kept.rooms, number);
    this.#write(() => write?.(true, [...topics], frame) ?? this.#log.append(this.#name, [...topics], frame));
    return number;
  }

  #write(append: () => Promise<unknown>): void {
    const written = attempt(append).then(nothing, (error: unknown) => this.#failed(error));
    this.#open.add(written);
    void written.then(() => this.#open.delete(written));
  }

  #failed(error?: unknown): void {
    this.#losses++;
    this.#cluster.countLost(error);
  }

  /** Resolves when the broker keeps everything that was appended. @throws Error when something is lost. */
  async stored(): Promise<void> {
    const open = [...this.#open];
    // Readers may be told of a loss before the rest is stored.
    const reported = this.#reportedLosses;
    // Until the log has reported its position, new sockets have none.
    if (this.#epoch === undefined) await this.#marking;
    await Promise.all(open);
    if (this.#losses !== reported) throw new Error('The broker does not keep all events: it is, or was, unreachable');
  }

  /** Called for a message of the log. */
  heard({ sender, number, kind, position }: Frame): void {
    // A message of this server whose confirmation was lost may come behind later ones.
    if (this.#position === undefined || (position as string) > this.#position) this.#position = position;
    if (sender !== this.#cluster.id) return;
    if (this.#underWay !== undefined && !isLater(this.#underWay, number)) this.#underWay = undefined;
    if (kind !== Kind.MARK) return;
    const index = this.#cuts.findIndex((cut) => cut.number === number);
    if (index >= 0) this.#cuts.splice(index, 1)[0]?.found({ position: position as string });
  }

  /** Requests the log's position from time to time, so that it is known even without messages. */
  tick(): void {
    if (this.#cluster.state === 'down') return;
    if (this.#losses !== this.#reportedLosses) this.#sayHole();
    this.#marking = this.#mark(this.#cluster.nextNumber());
  }

  /** Readers learn that a message is missing. */
  #sayHole(): void {
    if (this.#isReporting) return;
    this.#isReporting = true;
    const losses = this.#losses;
    const hole = writeFrame(Kind.HOLE, this.#cluster.id, this.#cluster.nextNumber(), { n: this.#namespace });
    const reported = () => {
      this.#reportedLosses = losses;
      this.#cluster.storesAgain();
    };
    const failed = (error: unknown) => this.#cluster.notStored(error);
    const done = () => {
      this.#isReporting = false;
    };
    void attempt(() => this.#log.append(this.#name, [], hole))
      .then(reported, failed)
      .then(done);
  }

  async #mark(number: number): Promise<boolean> {
    const frame = writeFrame(Kind.MARK, this.#cluster.id, number, { n: this.#namespace });
    try {
      const topic = nodeTopic(this.#cluster.id);
      const epoch = await attempt(() => this.#log.mark(this.#name, topic, frame, this.#retention));
      if (this.#epoch !== undefined && this.#epoch !== epoch) this.#position = undefined;
      this.#epoch = epoch;
      return true;
    } catch (error) {
      // The canaries show that the broker is unreachable.
      if (isNoLog(error) && !this.#reported) {
        this.#reported = true;
        this.#report(error);
      }
      return false;
    }
  }

  /**
   * Finds a place between the entries of the log and the messages to come.
   * @param began is called with the number that own messages behind it exceed. @param time (ms) that it may take.
   * @param found is called when the place is known, before any message of others behind it comes.
   * @returns undefined when the broker does not answer in time.
   */
  cut(began: (number: number) => void, time: number, found: (cut: Cut) => void): Promise<Cut | undefined> {
    return new Promise((resolve) => {
      const number = this.#cluster.nextNumber();
      const waiting: Waiting = {
        number,
        found: (cut) => {
          clearTimeout(timer);
          found(cut);
          resolve(cut);
        },
      };
      const giveUp = () => {
        clearTimeout(timer);
        const index = this.#cuts.indexOf(waiting);
        if (index >= 0) this.#cuts.splice(index, 1);
        resolve(undefined);
      };
      const timer = setTimeout(giveUp, time).unref();
      this.#cuts.push(waiting);
      began(number);
      void this.#mark(number).then((sent) => sent || giveUp());
    });
  }

  /** Reads the entries after one position, up to and including another. */
  read(after: string, upTo: string): Promise<LogPart> {
    return attempt(() => this.#log.read(this.#name, after, upTo));
  }
}

function nothing(): void {}
