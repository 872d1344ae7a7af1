import { hash } from 'node:crypto';
import { inTime } from '../broker-calls.js';
import { type EngineLog, type LogEntry, type LogPart, noLog, type Retention } from '../log.js';
import { Parts } from '../parts.js';
import { idOf, positionOf } from '../position.js';
import { COPY, type HistoryStreams, type Marked, NatsHistories } from './histories.js';
import {
  deliveryOf,
  isUnanswered,
  JetStream,
  JetStreamError,
  NANO,
  type NatsMessage,
  type NatsMessenger,
  type StreamInfo,
} from './jetstream.js';

/** How JetStream keeps things. */
export interface StreamOptions {
  readonly storage: 'file' | 'memory';
  readonly replicas: number;
}

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

/** A message as JetStream gives it out. */
interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  readonly data?: string;
  readonly time: string;
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

interface Task {
  readonly prepare: () => Promise<unknown> | undefined;
  readonly act: () => void;
  readonly failed: (error: unknown) => void;
}

/** The subject of messages for several topics: each link checks whether it listens to one of them. */
const TOPICS = 'sio-topics';
const SEQUENCE = 'Nats-Sequence';
const LAST_OF_SUBJECT = 'Nats-Expected-Last-Subject-Sequence';
/** An emitter does not know the limits of the servers. The first server sets them. */
const USUAL: Retention = { time: 300_000, entries: 10_000 };
/** Time (ms) for which a stream with histories keeps entries at least: servers mark their place in it once a minute. */
const LEAST_WITH_HISTORIES = 300_000;
/** Time (ms) for which messages wait for those that go through JetStream before them. */
const ORDERED_FOR = 250;
/** Stands for a history in the subjects of messages that no history has. */
export const NO_HISTORY = '-';
/** Marks beyond the entries that are asked for: each server has one for each half of that time, in twice that time, and the last one. */
const ROOM_FOR_MARKS = 64;
const PAGE = 1000;
/** Bytes that headers may take, which count as part of a message. */
const HEADERS = 2048;
/** Requests for single messages that are made at a time. */
const AT_ONCE = 100;
/** The most missing messages of a part of the log, such as removed marks, that are asked for one by one. */
const MOST_MISSING = 10_000;
/** Time (ms) between two searches for streams that no server uses. */
const SWEEP = 60_000;
const KEPT = 'sio-kept';
const NO_BYTES = Buffer.alloc(0);
const NOTHING_ASKED: Asked = Object.freeze({});
const NO_HISTORIES: readonly string[] = [];
/** Kinds of messages that are no entries of the log. */
const NO_ENTRIES: readonly string[] = ['mark', 'first', COPY];
const TIME_BYTES = 6;

/** JetStream's numbers. */
const Cause = Object.freeze({ NO_MESSAGE: 10037, NAME_IN_USE: 10058, NO_STREAM: 10059, WRONG_LAST_SEQUENCE: 10071 });

/**
 * Logs are streams, which send on each entry with its number to those who listen. Sessions are the last messages of their subjects, in
 * one stream.
 *
 * A stream keeps entries for twice the time that is asked for, and its marks prove it: one of them is always older than that time.
 * Where the oldest message is younger, entries were dropped for lack of room, or by hand. A stream that has histories, too, has no limit of
 * entries.
 *
 * Subjects are `sio.log.<log>.<kind>.<topic>.<history>`.
 */
export class NatsLog implements EngineLog, HistoryStreams {
  readonly #jetStream = new JetStream();
  readonly #options: StreamOptions;
  readonly #owner: LogOwner;
  readonly #parts: Parts;
  readonly histories: NatsHistories = new NatsHistories(this);
  /** Logs whose streams this connection has seen. */
  readonly #seen = new Set<string>();
  readonly #needs = new Map<string, Needs>();
  /** Messages for histories that JetStream has not confirmed. */
  readonly #unconfirmed = new Set<Promise<unknown>>();
  /** The message that is put together is in a history. */
  #isKept = false;
  /** Logs that this link reads. */
  readonly #read = new Set<string>();
  /** The highest sequence number received from a stream. */
  readonly #highest = new Map<string, number>();
  /** The last mark of this link. */
  readonly #marks = new Map<string, Mark>();
  /** When streams were made, as far as known. */
  readonly #lives = new Map<string, string>();
  /** Calls that wait for a stream. */
  readonly #tasks: Task[] = [];
  #busy = false;
  #connection: NatsMessenger | undefined;
  /** Only this link listens to it. */
  #ownTopic = '';
  /** Time (ms) that sessions have in the stream. */
  #keptFor = 0;
  #lastSweep = performance.now();

  constructor(options: StreamOptions, owner: LogOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#parts = new Parts((payload, position) =>
      owner.message(payload, position as string, this.#isKept ? position : undefined),
    );
  }

  // ---- the connection ----

  attach(connection: NatsMessenger): void {
    this.#connection = connection;
    this.#seen.clear();
    this.#keptFor = 0;
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
    const callback = (error: unknown, message: NatsMessage) => {
      const subjects = message.headers?.get(TOPICS).split(' ') ?? [];
      if (!error && this.#owner.listens(subjects)) this.receive(message);
    };
    connection.subscribe(`sio.many-${digest(log)}.*`, { callback });
  }

  /** A message that a stream has sent on. */
  receive({ subject, data, headers }: NatsMessage): void {
    const sequence = headers?.get(SEQUENCE) ?? '';
    const stream = headers?.get('Nats-Stream') ?? '';
    this.#heard(stream, Number(sequence));
    this.#isKept = !subject.endsWith(`.${NO_HISTORY}`);
    this.#parts.take(data, positionOf(sequence));
  }

  #heard(stream: string, sequence: number): void {
    if (sequence > (this.#highest.get(stream) ?? 0)) this.#highest.set(stream, sequence);
  }

  // ---- order ----

  /** Runs a function after everything that waits for a stream; at once if nothing waits. */
  inOrder(act: () => void): Promise<void> | undefined {
    if (this.#busy) return this.#run(notNeeded, async () => act());
    if (this.#unconfirmed.size > 0) {
      return this.#run(
        () => this.#confirmed(),
        async () => act(),
      );
    }
    act();
    return undefined;
  }

  /** Messages through JetStream take longer, and would be overtaken. */
  async #confirmed(): Promise<void> {
    const open = [...this.#unconfirmed];
    await inTime(Promise.all(open), ORDERED_FOR);
    for (const each of open) this.#unconfirmed.delete(each);
  }

  #run<Result>(prepare: () => Promise<unknown> | undefined, act: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, failed) => {
      const start = () => act().then(resolve, failed);
      this.#tasks.push({ prepare, act: start, failed });
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      const prepared = task.prepare();
      if (prepared === undefined) {
        task.act();
        continue;
      }
      try {
        await prepared;
        task.act();
      } catch (error) {
        task.failed(error);
      }
    }
    this.#busy = false;
  }

  // ---- logs ----

  /** Makes the stream of a log, if this connection has not seen it as it is needed; undefined if it has. */
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
      ...this.#config(streamOf(id), `sio.log.${id}.>`),
      max_age: Math.ceil(time * 2) * NANO,
      max_msgs: isBounded ? entries + ROOM_FOR_MARKS : -1,
      republish: { src: `sio.log.${id}.t.*.*`, dest: 'sio.{{wildcard(1)}}.{{wildcard(2)}}' },
    };
    const isAsked = this.#needs.get(log)?.retention !== undefined;
    const { created, state } = await this.#create(config, ({ config: { max_age, max_msgs } }) => {
      // Other servers' histories may need a stream that has no bound.
      if (isBounded && max_msgs !== -1) return isAsked ? config : undefined;
      const isEnough = max_age >= config.max_age && max_msgs === -1;
      return isEnough ? undefined : { ...config, max_age: Math.max(max_age, config.max_age), max_msgs: -1 };
    });
    if (this.#lives.get(config.name) !== created) this.#highest.delete(config.name);
    this.#lives.set(config.name, created);
    this.#seen.add(log);
    // Unlike marks, it is kept: without a first message the stream would look as if it had dropped one.
    if (state.last_seq === 0) {
      await this.#jetStream
        .publish(`sio.log.${id}.first`, NO_BYTES, { 'Nats-Expected-Last-Sequence': '0' })
        .catch(unlessOutrun);
    }
    if (reads && !this.#read.has(log)) {
      this.#read.add(log);
      if (this.#connection !== undefined) this.#listen(this.#connection, log);
    }
  }

  #config(name: string, subject: string) {
    const { storage, replicas } = this.#options;
    return {
      name,
      subjects: [subject],
      retention: 'limits',
      discard: 'old',
      max_consumers: -1,
      max_bytes: -1,
      storage,
      num_replicas: replicas,
    };
  }

  /** @param better the settings that a stream gets which is there; undefined if it keeps its own. */
  async #create(config: { name: string }, better: (info: StreamInfo) => object | undefined): Promise<StreamInfo> {
    try {
      return await this.#jetStream.call<StreamInfo>(`STREAM.CREATE.${config.name}`, config);
    } catch (error) {
      if (isUnanswered(error) && this.#connection?.info?.jetstream !== true)
        throw noLog(
          new Error(
            'NATS keeps no events: start nats-server with JetStream (-js), or leave out connectionStateRecovery and history',
          ),
        );
      if (!(error instanceof JetStreamError) || error.cause !== Cause.NAME_IN_USE) throw error;
      const info = await this.#info(config.name);
      const changed = better(info);
      return changed === undefined ? info : this.#jetStream.call<StreamInfo>(`STREAM.UPDATE.${config.name}`, changed);
    }
  }

  #info(stream: string): Promise<StreamInfo> {
    return this.#jetStream.call(`STREAM.INFO.${stream}`);
  }

  append(log: string, topics: readonly string[], payload: Buffer): Promise<unknown> {
    return this.#run(
      () => this.#prepare(log, NOTHING_ASKED),
      () => this.#append(log, topics, payload, NO_HISTORIES).catch((error: unknown) => this.#lost(log, error)),
    );
  }

  record(
    log: string,
    topics: readonly string[],
    histories: readonly string[],
    payload: Buffer,
    time: number,
  ): Promise<unknown> {
    const recorded = this.#run(
      () => this.#prepare(log, { histories: time }),
      () => this.#append(log, topics, payload, histories.map(digest)).catch((error: unknown) => this.#lost(log, error)),
    );
    const confirmed = recorded.then(nothing, nothing);
    this.#unconfirmed.add(confirmed);
    void confirmed.then(() => this.#unconfirmed.delete(confirmed));
    return recorded;
  }

  /** @param histories digests of their names: the first has the message, the others get copies. */
  #append(
    log: string,
    topics: readonly string[],
    payload: Buffer,
    [history = NO_HISTORY, ...others]: readonly string[],
  ): Promise<unknown> {
    const subjects = topics.filter((topic) => topic !== this.#ownTopic).map((topic) => this.#owner.subjectOf(topic));
    const id = digest(log);
    const subject = `sio.log.${id}.${kindOf(id, subjects)}.${history}`;
    const headers = subjects.length > 1 ? { [TOPICS]: subjects.join(' ') } : undefined;
    const parts = this.#parts.of(payload, this.#owner.limit - HEADERS);
    const told = (sequence: number) => {
      this.#heard(streamOf(id), sequence);
      const position = positionOf(sequence);
      if (topics.length > 0) this.#owner.message(payload, position, history === NO_HISTORY ? undefined : position);
    };
    const last = parts.length - 1;
    const stored = parts.map((part, n) =>
      this.#jetStream.publish(subject, part, headers, n === last ? told : undefined),
    );
    for (const [n, other] of others.entries()) {
      const copy = `sio.log.${id}.${COPY}.${(n + 1) * parts.length}.${other}`;
      for (const part of parts) stored.push(this.#jetStream.publish(copy, part));
    }
    return Promise.all(stored);
  }

  /** A stream that was deleted is made again for the next entry. */
  #lost(log: string, error: unknown): never {
    if (isUnanswered(error)) this.#seen.delete(log);
    throw error;
  }

  mark(log: string, topic: string, payload: Buffer, retention: Retention): Promise<string> {
    this.#ownTopic = topic;
    return this.#run(
      () => this.#prepare(log, { retention, reads: true }),
      async () => {
        const { epoch } = await this.#mark(log, payload, false).catch((error: unknown) => this.#lost(log, error));
        return epoch;
      },
    );
  }

  markPlace(log: string, topic: string, payload: Buffer, time: number): Promise<Marked> {
    this.#ownTopic = topic;
    return this.#run(
      () => this.#prepare(log, { histories: time, reads: true }),
      () => this.#mark(log, payload, true).catch((error: unknown) => this.#lost(log, error)),
    );
  }

  async #mark(log: string, payload: Buffer, isPlace: boolean): Promise<Marked> {
    const { time } = this.#retentionOf(log);
    const id = digest(log);
    const stream = streamOf(id);
    const highest = this.#highest.get(stream) ?? 0;
    let isBehind = false;
    const told = (sequence: number) => {
      isBehind = sequence <= highest;
      if (isBehind) return;
      this.#heard(stream, sequence);
      const position = positionOf(sequence);
      this.#owner.message(payload, position, isPlace ? position : undefined);
    };
    const sequence = await this.#jetStream.publish(`sio.log.${id}.mark`, payload, undefined, told);
    const info = await this.#info(stream);
    if (isBehind) {
      // The stream is a new one, or has lost its latest messages, as after a crash of the machine. Its numbers repeat, so it needs a new epoch.
      if (this.#lives.get(stream) === info.created) await this.#jetStream.call(`STREAM.DELETE.${stream}`);
      this.#highest.delete(stream);
      this.#seen.delete(log);
      throw new Error('JetStream lost the latest events of the log');
    }
    this.#lives.set(stream, info.created);
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
    void this.#remove(stream, before.sequence);
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
        if (state.last_seq > 0 && isUnused) await this.#jetStream.call(`STREAM.DELETE.${config.name}`);
      }
    }
  }

  async read(log: string, after: string, upTo: string): Promise<LogPart> {
    const stream = streamOf(digest(log));
    const [first, last] = [Number(idOf(after)) + 1, Number(idOf(upTo))];
    const found = new Map<number, Pick<NatsMessage, 'subject' | 'data'>>();
    let reached = 0;
    for await (const message of this.#messages(
      stream,
      { deliver_policy: 'by_start_sequence', opt_start_seq: first },
      last,
    )) {
      reached = deliveryOf(message).sequence;
      if (reached <= last) found.set(reached, message);
      if (reached >= last) break;
    }
    const isWhole = await this.#findSkipped(stream, first, last, found);
    const entries: LogEntry[] = [];
    let orphan = '';
    const parts = new Parts((payload, position) => entries.push({ position: position as string, payload }));
    for (const [sequence, { subject, data }] of [...found].sort(([a], [b]) => a - b)) {
      const isEntry = !NO_ENTRIES.includes(subject.split('.')[3] as string);
      // The message began before, and is dropped.
      if (isEntry && !parts.take(data, positionOf(sequence))) orphan = positionOf(sequence);
    }
    // Afterwards: entries may have been dropped meanwhile.
    const info = await this.#info(stream);
    // There is always a later mark, unless somebody purges the stream.
    const dropped = reached < last || !isWhole ? upTo : droppedOf(info, this.neededFor(log, true));
    return { epoch: epochOf(info), dropped: dropped > orphan ? dropped : orphan, entries };
  }

  /**
   * Adds the messages that a consumer has skipped, as it may beside a message that is removed while it reads (nats-server 2.9).
   * @returns false if too many are missing to ask for each.
   */
  async #findSkipped(
    stream: string,
    first: number,
    last: number,
    found: Map<number, Pick<NatsMessage, 'subject' | 'data'>>,
  ): Promise<boolean> {
    const { state } = await this.#info(stream);
    const missing: number[] = [];
    for (let sequence = Math.max(first, state.first_seq); sequence < last; sequence++) {
      if (!found.has(sequence)) missing.push(sequence);
    }
    if (missing.length > MOST_MISSING) return false;
    for (let n = 0; n < missing.length; n += AT_ONCE) {
      const some = missing.slice(n, n + AT_ONCE).map((seq) => this.#stored(stream, { seq }));
      for (const message of await Promise.all(some)) {
        if (message !== undefined) found.set(message.seq, { subject: message.subject, data: bytesOf(message) });
      }
    }
    return true;
  }

  // ---- histories ----

  async *messagesOf(log: string, history: string): AsyncGenerator<NatsMessage> {
    const id = digest(log);
    const stream = streamOf(id);
    const subject = `sio.log.${id}.*.*.${digest(history)}`;
    const newest = await this.#stored(stream, { last_by_subj: subject });
    if (newest === undefined) return;
    yield* this.#messages(stream, { deliver_policy: 'all', filter_subject: subject }, newest.seq);
  }

  /** @returns undefined if there is no such message. */
  async #stored(stream: string, which: { seq: number } | { last_by_subj: string }): Promise<StoredMessage | undefined> {
    try {
      const call = this.#jetStream.call<{ message: StoredMessage }>(`STREAM.MSG.GET.${stream}`, which);
      return (await call).message;
    } catch (error) {
      const { cause } = error as JetStreamError;
      if (cause === Cause.NO_MESSAGE || cause === Cause.NO_STREAM) return undefined;
      throw error;
    }
  }

  info(log: string): Promise<StreamInfo> {
    return this.#info(streamOf(digest(log)));
  }

  async remove(log: string, sequences: readonly number[]): Promise<void> {
    const stream = streamOf(digest(log));
    for (let n = 0; n < sequences.length; n += AT_ONCE) {
      const removed = sequences.slice(n, n + AT_ONCE).map((seq) => this.#remove(stream, seq));
      await Promise.all(removed);
    }
  }

  #remove(stream: string, seq: number): Promise<unknown> {
    return this.#jetStream.call(`STREAM.MSG.DELETE.${stream}`, { seq, no_erase: true }).catch(nothing);
  }

  neededFor(log: string, isLogged: boolean): number {
    return this.#needs.get(log)?.retention?.time ?? (isLogged ? USUAL.time : 0);
  }

  epochOf(info: StreamInfo): string {
    return epochOf(info);
  }

  // ---- reading ----

  async *#messages(stream: string, which: object, last: number): AsyncGenerator<NatsMessage> {
    const config = {
      ...which,
      ack_policy: 'none',
      max_deliver: -1,
      replay_policy: 'instant',
      inactive_threshold: 5000 * NANO,
      mem_storage: true,
      num_replicas: 1,
    };
    const { name } = await this.#jetStream.call<{ name: string }>(`CONSUMER.CREATE.${stream}`, {
      stream_name: stream,
      config,
    });
    try {
      for (let page: readonly NatsMessage[] = [], isFirst = true; isFirst || page.length > 0; isFirst = false) {
        page = await this.#jetStream.pull(stream, name, PAGE, last);
        yield* page;
        const end = page.at(-1);
        if (end !== undefined && deliveryOf(end).sequence >= last) return;
      }
    } finally {
      this.#jetStream.call(`CONSUMER.DELETE.${stream}.${name}`).catch(nothing);
    }
  }

  // ---- sessions ----

  /** Sessions stay for the longest time that was asked for. */
  #prepareKept(time: number): Promise<unknown> | undefined {
    if (time <= this.#keptFor) return undefined;
    return this.#makeKept(time);
  }

  async #makeKept(time: number): Promise<void> {
    const max_age = Math.ceil(time) * NANO;
    const config = { ...this.#config(KEPT, 'sio.kept.*'), max_age, max_msgs: -1, max_msgs_per_subject: 1 };
    const info = await this.#create(config, (there) => (there.config.max_age < max_age ? config : undefined));
    this.#keptFor = info.config.max_age / NANO;
  }

  keep(key: string, session: Buffer, time: number): Promise<unknown> {
    return this.#run(
      () => this.#prepareKept(time),
      () =>
        this.#jetStream
          .publish(keptSubject(key), timed(session, time))
          .catch((error: unknown) => this.#lostKept(error)),
    );
  }

  #lostKept(error: unknown): never {
    if (isUnanswered(error)) this.#keptFor = 0;
    throw error;
  }

  async renew(keys: readonly string[], time: number): Promise<void> {
    for (let n = 0; n < keys.length; n += AT_ONCE) {
      await Promise.all(keys.slice(n, n + AT_ONCE).map((key) => this.#renew(key, time)));
    }
  }

  async #renew(key: string, time: number): Promise<void> {
    const kept = await this.#kept(key);
    if (kept === undefined) return;
    const headers = { [LAST_OF_SUBJECT]: String(kept.sequence) };
    await this.#run(
      () => this.#prepareKept(time),
      () => this.#jetStream.publish(keptSubject(key), timed(kept.session, time), headers),
    ).catch(unlessOutrun);
  }

  async take(key: string): Promise<Buffer | undefined> {
    const kept = await this.#kept(key);
    if (kept === undefined) return undefined;
    try {
      await this.#jetStream.publish(keptSubject(key), NO_BYTES, { [LAST_OF_SUBJECT]: String(kept.sequence) });
    } catch (error) {
      unlessOutrun(error);
      return undefined;
    }
    // Both times are the broker's.
    const { state } = await this.#info(KEPT);
    return Date.parse(state.last_ts) - kept.at < kept.time ? kept.session : undefined;
  }

  drop(key: string): Promise<unknown> {
    return this.#run(notNeeded, () => this.#jetStream.publish(keptSubject(key), NO_BYTES));
  }

  async #kept(key: string) {
    const message = await this.#stored(KEPT, { last_by_subj: keptSubject(key) });
    const bytes = bytesOf(message);
    if (message === undefined || bytes.length === 0) return undefined;
    const time = bytes.readUIntBE(0, TIME_BYTES);
    return { sequence: message.seq, session: bytes.subarray(TIME_BYTES), time, at: Date.parse(message.time) };
  }
}

/** Another server was first. */
function unlessOutrun(error: unknown): void {
  if (!(error instanceof JetStreamError) || error.cause !== Cause.WRONG_LAST_SEQUENCE) throw error;
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

function epochOf({ created }: StreamInfo): string {
  return digest(created).slice(0, 6);
}

function bytesOf(message: StoredMessage | undefined): Buffer {
  return Buffer.from(message?.data ?? '', 'base64');
}

function timed(session: Buffer, time: number): Buffer {
  const bytes = Buffer.allocUnsafe(TIME_BYTES + session.length);
  bytes.writeUIntBE(Math.ceil(time), 0, TIME_BYTES);
  session.copy(bytes, TIME_BYTES);
  return bytes;
}

/** Names of streams and subjects lack characters that names of logs and sessions have. */
function digest(text: string): string {
  return hash('sha1', text);
}

/** @param id the digest of a log's name. */
function streamOf(id: string): string {
  return `sio-log-${id}`;
}

function keptSubject(key: string): string {
  return `sio.kept.${digest(key)}`;
}

function isSame(a: Retention | undefined, b: Retention | undefined): boolean {
  return a?.time === b?.time && a?.entries === b?.entries;
}

/** A stream is there, or is of no use. */
function notNeeded(): undefined {}

function nothing(): void {}
