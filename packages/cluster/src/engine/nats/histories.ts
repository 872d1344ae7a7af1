import type { EngineHistories, HistoryEntry, HistorySnapshot, HistoryTarget } from '../log.js';
import { Parts } from '../parts.js';
import { positionOf } from '../position.js';
import { deliveryOf, type NatsMessage, type StreamInfo } from './jetstream.js';
import { COPY, epochOf } from './names.js';

/** A stream as it was behind a mark. */
export interface Marked {
  /** The number of the mark. */
  readonly sequence: number;
  readonly epoch: string;
  /** The broker's time, in milliseconds since 1970. */
  readonly now: number;
}

/** The streams of logs, which have the histories of their namespaces, too. */
export interface HistoryStreams {
  /**
   * Writes a message to the stream of a log and publishes it, then a copy for each further history.
   * @param time (ms) for which the stream keeps entries at least.
   */
  record(
    log: string,
    topics: readonly string[],
    histories: readonly string[],
    payload: Buffer,
    time: number,
  ): Promise<unknown>;
  /** Sends a mark through the stream to its sender. */
  markPlace(log: string, topic: string, payload: Buffer, time: number): Promise<Marked>;
  /** The messages of a history, the oldest first. */
  messagesOf(log: string, history: string): AsyncIterable<NatsMessage>;
  info(log: string): Promise<StreamInfo>;
  /** Removes messages from the stream. */
  remove(log: string, sequences: readonly number[]): Promise<void>;
  /** Time (ms) for which the log needs entries, whatever histories need. @param isLogged whether there is a log, although this link reads none. */
  neededFor(log: string, isLogged: boolean): number;
}

interface Entry extends HistoryEntry {
  /** The numbers of its parts. */
  readonly sequences: readonly number[];
}

/** The entries of a history that are there, and which of them count. */
interface Contents {
  readonly entries: readonly Entry[];
  /** How many of the oldest do not count. */
  readonly surplus: number;
  /** The place of the last part whose entry has lost another part; empty if there is none. */
  readonly orphan: string;
}

interface Written {
  readonly count: number;
  readonly bytes: number;
}

/** Entries of a small history that are left beyond its limits. */
const LEAST_SPARED = 16;
/** Histories in which this link counts what it writes. */
const MOST_COUNTED = 10_000;

/**
 * Histories are subjects of the stream that is the log of their namespace, so that all of it has one order. A place is the number of a message.
 *
 * The stream knows no limits of one history. Readers apply them, and a link drops what is too much whenever it has written as much as a history
 * holds. It leaves as much again. The last of the surplus proves that entries before it may be missing. Those before that one are a margin: a
 * consumer that comes to messages which are just being removed may skip a few behind them (nats-server 2.9).
 */
export class NatsHistories implements EngineHistories {
  readonly #streams: HistoryStreams;
  /** The number and bytes that this link has written since it has last dropped something. */
  readonly #written = new Map<string, Written>();

  constructor(streams: HistoryStreams) {
    this.#streams = streams;
  }

  async record(
    histories: readonly HistoryTarget[],
    log: string,
    isLogged: boolean,
    topics: readonly string[],
    payload: Buffer,
  ): Promise<void> {
    const names = histories.map(({ history }) => history);
    const time = Math.max(...histories.map((target) => target.time));
    await this.#streams.record(log, topics, names, payload, time);
    for (const target of histories) this.#count(log, isLogged, target, payload.length);
  }

  #count(log: string, isLogged: boolean, target: HistoryTarget, length: number): void {
    const { count, bytes } = this.#written.get(target.history) ?? { count: 0, bytes: 0 };
    this.#written.delete(target.history);
    if (count + 1 > target.entries || bytes + length > target.bytes) {
      void this.#trim(log, isLogged, target).catch(nothing);
      return;
    }
    this.#written.set(target.history, { count: count + 1, bytes: bytes + length });
    if (this.#written.size > MOST_COUNTED) this.#written.delete(this.#written.keys().next().value as string);
  }

  async #trim(log: string, isLogged: boolean, target: HistoryTarget): Promise<void> {
    const { state } = await this.#streams.info(log);
    const now = Date.parse(state.last_ts);
    const { time, entries, bytes } = target;
    const spared = { ...target, time: 2 * time, entries: entries + Math.max(entries, LEAST_SPARED), bytes: 2 * bytes };
    const found = await this.#contents(log, spared, now, undefined);
    const before = now - this.#streams.neededFor(log, isLogged);
    const dropped = found.entries.slice(0, Math.max(found.surplus - 1, 0)).filter(({ at }) => at < before);
    await this.#streams.remove(
      log,
      dropped.flatMap(({ sequences }) => sequences),
    );
  }

  /** @param end the place behind the entries; undefined for all. */
  async #contents(log: string, target: HistoryTarget, now: number, end: string | undefined): Promise<Contents> {
    const entries: Entry[] = [];
    const parts = new Map<string, number[]>();
    let orphan = '';
    let current: { place: string; at: number; sequences: readonly number[] };
    const together = new Parts((payload) => {
      const { place: position, at, sequences } = current;
      if (end === undefined || position <= end) entries.push({ position, at, payload, sequences });
    });
    for await (const message of this.#streams.messagesOf(log, target.history)) {
      const { sequence, at } = deliveryOf(message);
      const place = positionOf(sequence - copyOf(message.subject));
      const id = Parts.idOf(message.data);
      const sequences = id === undefined ? [sequence] : [...(parts.get(id) ?? []), sequence];
      if (id !== undefined) parts.set(id, sequences);
      current = { place, at, sequences };
      if (!together.take(message.data) && place > orphan) orphan = place;
    }
    // Copies stand behind the place that they are given.
    entries.sort((a, b) => (a.position < b.position ? -1 : Number(a.position > b.position)));
    return { entries, surplus: surplusOf(entries, target, now), orphan };
  }

  async snapshot(
    target: HistoryTarget,
    log: string,
    count: number,
    topic: string,
    payload: Buffer,
  ): Promise<HistorySnapshot> {
    const { sequence, epoch, now } = await this.#streams.markPlace(log, topic, payload, target.time);
    const place = positionOf(sequence);
    const { entries, surplus, orphan } = count === 0 ? NO_CONTENTS : await this.#contents(log, target, now, place);
    // Afterwards: messages may have been dropped meanwhile.
    const info = await this.#streams.info(log);
    if (epochOf(info) !== epoch) throw new Error('JetStream lost the latest events of the log');
    const last = [droppedOf(info), orphan, entries[surplus - 1]?.position ?? ''].sort().at(-1) as string;
    const kept = entries.slice(surplus);
    return { epoch, dropped: last, oldest: '', place, entries: kept.slice(-count) };
  }
}

const NO_CONTENTS: Contents = Object.freeze({ entries: [], surplus: 0, orphan: '' });

/** How many of the oldest entries are too many, too large or too old. */
function surplusOf(entries: readonly Entry[], { time, entries: most, bytes }: HistoryTarget, now: number): number {
  let size = 0;
  for (let n = entries.length - 1; n >= 0; n--) {
    const { payload, at } = entries[n] as Entry;
    size += payload.length;
    if (entries.length - n > most || size > bytes || at <= now - time) return n + 1;
  }
  return 0;
}

/**
 * The last message that the stream may have dropped for its age. Its first message goes last, and marks that are older than any history stay
 * behind it, so that no offset which is still good is before it.
 */
function droppedOf({ state: { first_seq } }: StreamInfo): string {
  return first_seq <= 1 ? '' : positionOf(first_seq - 1);
}

/** How many messages a copy stands behind its original, if no other link has come between. */
function copyOf(subject: string): number {
  const [, , , kind, distance] = subject.split('.');
  return kind === COPY ? Number(distance) : 0;
}

function nothing(): void {}
