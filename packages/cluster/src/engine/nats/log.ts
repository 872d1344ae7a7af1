import type { EngineLog, LogEntry, LogPart, Retention } from '../log.js';
import { Parts } from '../parts.js';
import { idOf, positionOf } from '../position.js';
import { ANY_SUBJECT, Arrivals, type Subject } from './arrivals.js';
import { type HistoryStreams, type Marked, NatsHistories } from './histories.js';
import { JetStream, NANO, type NatsMessage, type NatsMessenger, type StreamInfo } from './jetstream.js';
import { COPY, digest, epochOf, NO_HISTORY, streamOf } from './names.js';
import { PublishOrder } from './publish-order.js';
import { NatsSessions } from './sessions.js';
import { StreamWriter, type Written } from './stream-writer.js';
import { AT_ONCE, type StreamOptions, Streams, unlessOutrun } from './streams.js';

/** The log's view of its link. */
export interface LogOwner {
  /** Called for a message of the log. @param place its place, if histories contain it. */
  message(payload: Buffer, position: string, place?: string): void;
  /** Bytes of one message. */
  readonly limit: number;
  /** The subject of a topic. */
  subjectOf(topic: string): string;
  /** Whether the link listens to one of these subjects. */
  listens(subjects: readonly string[]): boolean;
}

/** Demands on a stream. */
interface Needs {
  /** Of the log; undefined where only an emitter or histories have asked. */
  readonly retention: Retention | undefined;
  /** Time (ms) for which histories need entries; 0 where there are none. */
  readonly histories: number;
}

interface Asked extends Partial<Needs> {
  /** The link listens to the log. */
  readonly reads?: boolean;
}

interface Mark {
  readonly sequence: number;
  /** When the stream was made. */
  readonly life: string;
  /** Counts halves of the time for which entries are kept. */
  readonly turn: number;
}

/** The progress of a subscription. */
export class Received {
  /** Messages that no history has. */
  readonly plain: Subject = { last: 0 };
  /** Messages that a history has. */
  readonly kept: Subject = { last: 0 };
}

/** The subject of messages for several topics: each link checks whether it listens to one of them. */
const TOPICS = 'sio-topics';
const SEQUENCE = 'Nats-Sequence';
const BEFORE = 'Nats-Last-Sequence';
/** An emitter does not know the limits of the servers. The first server sets them. */
const USUAL: Retention = { time: 300_000, entries: 10_000 };
/** Time (ms) for which a stream with histories keeps entries at least: servers mark their place in it once a minute. */
const LEAST_WITH_HISTORIES = 300_000;
/** Marks beyond the entries that are asked for: each server has one for each half of that time, in twice that time, and the last one. */
const ROOM_FOR_MARKS = 64;
/** Bytes that headers may take, which count as part of a message. */
const HEADERS = 2048;
/** Time (ms) between two searches for streams that no server uses. */
const SWEEP = 60_000;
/** Time (ms) in which several servers elect a leader; with little time to compute they need a second attempt. */
const ELECTION = 20_000;
const NO_BYTES = Buffer.alloc(0);
const NOTHING_ASKED: Asked = Object.freeze({});
const NO_HISTORIES: readonly string[] = [];
/** Kinds of messages that are no entries of the log. */
const NO_ENTRIES: readonly string[] = ['mark', 'first', COPY];

/**
 * Logs are streams, which send on each entry with its number to those who listen.
 *
 * A stream keeps entries for twice the time that is asked for, and its marks prove it: one of them is always older than that time.
 * Where the oldest message is younger, entries were dropped for lack of room, or by hand. A stream that has histories, too, has no limit of
 * entries.
 *
 * Subjects are `sio.log.<log>.<kind>.<topic>.<history>`.
 */
export class NatsLog implements EngineLog, HistoryStreams {
  readonly patience: number;
  readonly #jetStream: JetStream;
  readonly #streams: Streams;
  readonly #sessions: NatsSessions;
  readonly #owner: LogOwner;
  readonly #parts: Parts;
  readonly histories: NatsHistories = new NatsHistories(this);
  readonly #writers = new Map<string, StreamWriter<Asked>>();
  readonly #order = new PublishOrder();
  /** Logs whose streams this link has seen. */
  readonly #seen = new Set<string>();
  readonly #needs = new Map<string, Needs>();
  /** The message that is put together is in a history. */
  #isKept = false;
  /** Logs that this link reads. */
  readonly #read = new Set<string>();
  /** By the names of streams. */
  readonly #arrivals = new Map<string, Arrivals>();
  /** The last mark of this link. */
  readonly #marks = new Map<string, Mark>();
  /** When streams were made, as far as known. */
  readonly #lives = new Map<string, string>();
  #connection: NatsMessenger | undefined;
  /** Only this link listens to it. */
  #ownTopic = '';
  #lastSweep = performance.now();

  constructor(options: StreamOptions, owner: LogOwner) {
    this.patience = options.replicas > 1 ? ELECTION : 0;
    this.#jetStream = new JetStream(this.patience);
    this.#streams = new Streams(this.#jetStream, options);
    this.#sessions = new NatsSessions(this.#jetStream, this.#streams);
    this.#owner = owner;
    this.#parts = new Parts((payload, position) =>
      owner.message(payload, position as string, this.#isKept ? position : undefined),
    );
  }

  // ---- the connection ----

  attach(connection: NatsMessenger): void {
    this.#connection = connection;
    this.#jetStream.attach(connection);
    for (const log of this.#read) this.#listen(connection, log);
  }

  detach(connection: NatsMessenger): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#jetStream.detach();
  }

  close(): void {
    this.#jetStream.close();
  }

  /** Messages for several topics. */
  #listen(connection: NatsMessenger, log: string): void {
    const received = new Received();
    const callback = (error: unknown, message: NatsMessage) => {
      if (!error) this.receive(message, received);
    };
    connection.subscribe(`sio.many-${digest(log)}.*`, { callback });
  }

  /** A message that a stream has sent on. @param received what has come of its subscription. */
  receive(message: NatsMessage, received: Received): void {
    const { headers, subject } = message;
    const sequence = Number(headers?.get(SEQUENCE));
    const before = Number(headers?.get(BEFORE));
    const isKept = !subject.endsWith(`.${NO_HISTORY}`);
    const on = isKept ? received.kept : received.plain;
    const arrivals = this.#arrivalsOf(headers?.get('Nats-Stream') ?? '');
    if (!arrivals.isNext(sequence, before, on))
      return arrivals.hold(sequence, before, on, () => this.#deliver(message, sequence, isKept));
    this.#deliver(message, sequence, isKept);
    arrivals.delivered(sequence, on);
  }

  #deliver({ data, headers }: NatsMessage, sequence: number, isKept: boolean): void {
    const topics = headers?.get(TOPICS) ?? '';
    if (topics !== '' && !this.#owner.listens(topics.split(' '))) return;
    this.#isKept = isKept;
    this.#parts.take(data, positionOf(sequence));
  }

  #arrivalsOf(stream: string): Arrivals {
    let arrivals = this.#arrivals.get(stream);
    if (arrivals === undefined) {
      arrivals = new Arrivals();
      this.#arrivals.set(stream, arrivals);
    }
    return arrivals;
  }

  /** A message of this link is stored. */
  #echo(stream: string, sequence: number, deliver: (position: string) => void): void {
    const arrivals = this.#arrivalsOf(stream);
    const position = positionOf(sequence);
    if (!arrivals.isNext(sequence, 0, ANY_SUBJECT))
      return arrivals.hold(sequence, 0, ANY_SUBJECT, () => deliver(position));
    deliver(position);
    arrivals.delivered(sequence, ANY_SUBJECT);
  }

  /** Runs a function after everything that goes through JetStream; at once if nothing does, and in any case soon. */
  inOrder(act: () => void): Promise<void> | undefined {
    return this.#order.behind(act);
  }

  // ---- logs ----

  #writerOf(log: string): StreamWriter<Asked> {
    const known = this.#writers.get(log);
    if (known !== undefined) return known;
    const id = digest(log);
    const writer = new StreamWriter<Asked>(this.#jetStream, {
      prepare: (asked) => this.#prepare(log, asked),
      forget: () => this.#seen.delete(log),
      probe: () => this.#probe(id),
      find: (written, after, before) => this.#find(streamOf(id), written, after, before),
    });
    this.#writers.set(log, writer);
    return writer;
  }

  /** Writes a mark behind everything that a leader before has stored. */
  async #probe(id: string): Promise<number> {
    const sequence = await this.#jetStream.publish(`sio.log.${id}.mark`, NO_BYTES);
    void this.#streams.remove(streamOf(id), sequence);
    return sequence;
  }

  /** Payloads have a sender and a number, or the id of a part, so that none is written to a subject twice. */
  async #find(
    stream: string,
    written: readonly Written[],
    after: number,
    before: number,
  ): Promise<readonly (number | undefined)[]> {
    const messages = await this.#streams.range(stream, after + 1, before - 1);
    if (messages === undefined)
      throw new Error('Too many messages are behind the one that JetStream has not confirmed');
    const found = new Map<string, number>();
    for (const [sequence, { subject, data }] of messages) found.set(`${subject} ${digest(data)}`, sequence);
    return written.map(({ subject, payload }) => found.get(`${subject} ${digest(payload)}`));
  }

  /** Makes the stream of a log, if this link has not seen it as it is needed; undefined if it has. */
  #prepare(log: string, asked: Asked): Promise<unknown> | undefined {
    const known = this.#needs.get(log);
    const { retention = known?.retention, histories = 0, reads = false } = asked;
    const isKnown = known !== undefined && isSame(known.retention, retention) && known.histories >= histories;
    if (isKnown && this.#seen.has(log) && (!reads || this.#read.has(log))) return undefined;
    this.#needs.set(log, { retention, histories: Math.max(known?.histories ?? 0, histories) });
    return this.#make(log, reads);
  }

  /** The retention of its stream. */
  #retentionOf(log: string): Retention {
    const { retention = USUAL, histories = 0 } = this.#needs.get(log) ?? {};
    if (histories === 0) return retention;
    return { time: Math.max(retention.time, histories, LEAST_WITH_HISTORIES), entries: Number.POSITIVE_INFINITY };
  }

  async #make(log: string, reads: boolean): Promise<void> {
    const id = digest(log);
    const { time, entries } = this.#retentionOf(log);
    const isBounded = entries !== Number.POSITIVE_INFINITY;
    const config = {
      ...this.#streams.config(streamOf(id), `sio.log.${id}.>`),
      max_age: Math.ceil(time * 2) * NANO,
      max_msgs: isBounded ? entries + ROOM_FOR_MARKS : -1,
      republish: { src: `sio.log.${id}.t.*.*`, dest: 'sio.{{wildcard(1)}}.{{wildcard(2)}}' },
    };
    const isAsked = this.#needs.get(log)?.retention !== undefined;
    const { created, state } = await this.#streams.create(config, ({ config: { max_age, max_msgs } }) => {
      // Other servers' histories may need a stream that has no bound.
      if (isBounded && max_msgs !== -1) return isAsked ? config : undefined;
      const isEnough = max_age >= config.max_age && max_msgs === -1;
      return isEnough ? undefined : { ...config, max_age: Math.max(max_age, config.max_age), max_msgs: -1 };
    });
    if (this.#lives.get(config.name) !== created) this.#arrivalsOf(config.name).restart();
    this.#lives.set(config.name, created);
    this.#seen.add(log);
    // Unlike marks, it is kept: without a first message the stream would look as if it had dropped one.
    if (state.last_seq === 0) {
      await this.#jetStream
        .publishOnce(`sio.log.${id}.first`, NO_BYTES, { 'Nats-Expected-Last-Sequence': '0' })
        .catch(unlessOutrun);
    }
    if (reads && !this.#read.has(log)) {
      this.#read.add(log);
      if (this.#connection !== undefined) this.#listen(this.#connection, log);
    }
  }

  append(log: string, topics: readonly string[], payload: Buffer): Promise<unknown> {
    const appended = this.#append(log, topics, payload, NO_HISTORIES, NOTHING_ASKED);
    if (this.#writerOf(log).isStuck) this.#order.add(appended);
    return appended;
  }

  record(
    log: string,
    topics: readonly string[],
    histories: readonly string[],
    payload: Buffer,
    time: number,
  ): Promise<unknown> {
    const recorded = this.#append(log, topics, payload, histories.map(digest), { histories: time });
    this.#order.add(recorded);
    return recorded;
  }

  /** @param histories digests of their names: the first has the message, the others get copies. */
  #append(
    log: string,
    topics: readonly string[],
    payload: Buffer,
    [history = NO_HISTORY, ...others]: readonly string[],
    asked: Asked,
  ): Promise<unknown> {
    const subjects = topics.filter((topic) => topic !== this.#ownTopic).map((topic) => this.#owner.subjectOf(topic));
    const id = digest(log);
    const writer = this.#writerOf(log);
    const subject = `sio.log.${id}.${kindOf(id, subjects)}.${history}`;
    const headers = subjects.length > 1 ? { [TOPICS]: subjects.join(' ') } : undefined;
    const parts = this.#parts.of(payload, this.#owner.limit - HEADERS);
    const told = (sequence: number) =>
      this.#echo(streamOf(id), sequence, (position) => {
        if (topics.length > 0) this.#owner.message(payload, position, history === NO_HISTORY ? undefined : position);
      });
    const last = parts.length - 1;
    const stored = parts.map((part, n) => writer.write(asked, subject, part, headers, n === last ? told : undefined));
    for (const [n, other] of others.entries()) {
      const copy = `sio.log.${id}.${COPY}.${(n + 1) * parts.length}.${other}`;
      for (const part of parts) stored.push(writer.write(asked, copy, part));
    }
    return Promise.all(stored);
  }

  async mark(log: string, topic: string, payload: Buffer, retention: Retention): Promise<string> {
    this.#ownTopic = topic;
    const { epoch } = await this.#mark(log, payload, { retention, reads: true }, false);
    return epoch;
  }

  markPlace(log: string, topic: string, payload: Buffer, time: number): Promise<Marked> {
    this.#ownTopic = topic;
    return this.#mark(log, payload, { histories: time, reads: true }, true);
  }

  async #mark(log: string, payload: Buffer, asked: Asked, isPlace: boolean): Promise<Marked> {
    const id = digest(log);
    const stream = streamOf(id);
    const { highest } = this.#arrivalsOf(stream);
    const life = this.#lives.get(stream);
    let isBehind = false;
    const told = (sequence: number) => {
      // A stream that was made meanwhile counts from one.
      isBehind = sequence <= highest && this.#lives.get(stream) === life;
      if (isBehind) return;
      this.#echo(stream, sequence, (position) =>
        this.#owner.message(payload, position, isPlace ? position : undefined),
      );
    };
    const sequence = await this.#writerOf(log).write(asked, `sio.log.${id}.mark`, payload, undefined, told);
    const info = await this.#streams.info(stream);
    if (isBehind) {
      // The stream is a new one, or has lost its latest messages, as after a crash of the machine. Its numbers repeat, so it needs a new epoch.
      if (this.#lives.get(stream) === info.created) await this.#streams.delete(stream);
      this.#arrivalsOf(stream).restart();
      this.#seen.delete(log);
      throw new Error('JetStream lost the latest events of the log');
    }
    this.#lives.set(stream, info.created);
    const { time } = this.#retentionOf(log);
    this.#unmark(stream, { sequence, life: info.created, turn: Math.floor((Date.now() * 2) / time) });
    void this.#sweep(info).catch(nothing);
    return { sequence, epoch: epochOf(info), now: Date.parse(info.state.last_ts) };
  }

  /**
   * Takes back the mark before, unless it is the last one of its half of the time. One by one: what removes many messages, as a roll-up
   * does, also makes consumers skip others (nats-server 2.9).
   */
  #unmark(stream: string, mark: Mark): void {
    const before = this.#marks.get(stream);
    this.#marks.set(stream, mark);
    if (before === undefined || before.life !== mark.life || before.turn !== mark.turn) return;
    void this.#streams.remove(stream, before.sequence);
  }

  /** Streams of namespaces that no server has any more. */
  async #sweep({ state: { last_ts } }: StreamInfo): Promise<void> {
    const now = performance.now();
    if (now - this.#lastSweep < SWEEP) return;
    this.#lastSweep = now;
    let offset = 0;
    for (let total = 1; offset < total; ) {
      const page = await this.#jetStream.call<{ total: number; streams: StreamInfo[] | null }>('STREAM.LIST', {
        subject: 'sio.log.>',
        offset,
      });
      const streams = page.streams ?? [];
      if (streams.length === 0) return;
      total = page.total;
      offset += streams.length;
      for (const { config, state } of streams) {
        // A server that has the namespace marks its log twice a second.
        const isUnused = Date.parse(last_ts) - Date.parse(state.last_ts) > config.max_age / NANO;
        if (state.last_seq > 0 && isUnused) await this.#streams.delete(config.name);
      }
    }
  }

  async read(log: string, after: string, upTo: string): Promise<LogPart> {
    const stream = streamOf(digest(log));
    const last = Number(idOf(upTo));
    const found = await this.#streams.range(stream, Number(idOf(after)) + 1, last);
    const entries: LogEntry[] = [];
    let orphan = '';
    const parts = new Parts((payload, position) => entries.push({ position: position as string, payload }));
    for (const [sequence, { subject, data }] of [...(found ?? [])].sort(([a], [b]) => a - b)) {
      const isEntry = !NO_ENTRIES.includes(subject.split('.')[3] as string);
      // The message began before, and is dropped.
      if (isEntry && !parts.take(data, positionOf(sequence))) orphan = positionOf(sequence);
    }
    // Afterwards: entries may have been dropped meanwhile.
    const info = await this.#streams.info(stream);
    const isWhole = found !== undefined && info.state.last_seq >= last;
    const dropped = isWhole ? droppedOf(info, this.neededFor(log, true)) : upTo;
    return { epoch: epochOf(info), dropped: dropped > orphan ? dropped : orphan, entries };
  }

  // ---- histories ----

  async *messagesOf(log: string, history: string): AsyncGenerator<NatsMessage> {
    const id = digest(log);
    const stream = streamOf(id);
    const subject = `sio.log.${id}.*.*.${digest(history)}`;
    const newest = await this.#streams.get(stream, { last_by_subj: subject });
    if (newest === undefined) return;
    yield* this.#streams.messages(stream, { deliver_policy: 'all', filter_subject: subject }, newest.seq);
  }

  info(log: string): Promise<StreamInfo> {
    return this.#streams.info(streamOf(digest(log)));
  }

  async remove(log: string, sequences: readonly number[]): Promise<void> {
    const stream = streamOf(digest(log));
    for (let n = 0; n < sequences.length; n += AT_ONCE) {
      const removed = sequences.slice(n, n + AT_ONCE).map((seq) => this.#streams.remove(stream, seq));
      await Promise.all(removed);
    }
  }

  neededFor(log: string, isLogged: boolean): number {
    return this.#needs.get(log)?.retention?.time ?? (isLogged ? USUAL.time : 0);
  }

  // ---- sessions ----

  keep(key: string, session: Buffer, time: number): Promise<unknown> {
    return this.#sessions.keep(key, session, time);
  }

  renew(keys: readonly string[], time: number): Promise<unknown> {
    return this.#sessions.renew(keys, time);
  }

  take(key: string): Promise<Buffer | undefined> {
    return this.#sessions.take(key);
  }

  drop(key: string): Promise<unknown> {
    return this.#sessions.drop(key);
  }
}

/** A stream forwards an entry to one topic, to all readers of the log, or to none. */
function kindOf(id: string, subjects: readonly string[]): string {
  const [subject] = subjects;
  if (subject === undefined) return 'alone.-';
  return subjects.length > 1 ? `t.many-${id}` : `t.${subject.slice(subject.indexOf('.') + 1)}`;
}

/** The last position that was dropped, unless it is older than what has to be kept. */
function droppedOf({ state }: StreamInfo, time: number): string {
  const { messages, first_seq: first, first_ts, last_seq, last_ts } = state;
  if (last_seq === 0 || first === 1) return '';
  if (messages > 0 && Date.parse(last_ts) - Date.parse(first_ts) >= time) return '';
  return positionOf(messages === 0 ? last_seq : first - 1);
}

function isSame(a: Retention | undefined, b: Retention | undefined): boolean {
  return a?.time === b?.time && a?.entries === b?.entries;
}

function nothing(): void {}
