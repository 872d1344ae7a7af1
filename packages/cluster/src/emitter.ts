import type { HistoryOptions } from '@sio/core';
import {
  AdapterEncoder,
  type EncodedBinary,
  type HistoryPolicy,
  historyPolicy,
  makePacket,
  PacketType,
} from '@sio/core/adapter';
import { attempt, inTime } from './engine/broker-calls.js';
import { ClusterLink } from './engine/cluster-link.js';
import type { ClusterEngine } from './engine/engine.js';
import type { EngineHistories, EngineLog, HistoryTarget } from './engine/log.js';
import { noConnectionError, Reasons, refusalError } from './engine/reasons.js';
import { targetOf } from './history/target.js';
import { newId } from './node/id.js';
import { Renewal } from './node/renewal.js';
import { type Header, Kind, writeFrame } from './wire/frame.js';
import { ALL, logName, Topics } from './wire/topics.js';

/** One room or several. */
type Rooms = string | readonly string[];

/** Options of {@link emitter}. */
export interface EmitterOptions {
  /**
   * The prefix of all topic names: that of the servers.
   * @default 'sio'
   */
  readonly prefix?: string | undefined;
  /**
   * Time for the first connection to the broker. Messages that are sent earlier wait for it.
   * @unit ms
   * @default 10000
   */
  readonly connectTimeout?: number | undefined;
  /**
   * Time without an answer of the broker after which its connections count as dead, and are replaced by new ones: what is under way is
   * lost.
   * @unit ms
   * @default 10000
   */
  readonly renewAfter?: number | undefined;
  /**
   * The size of all messages that the broker has not taken yet, or that wait for the first connection. Further ones are lost, which `flush()`
   * reports.
   * @unit bytes
   * @default 134217728
   */
  readonly maxUnsentBytes?: number | undefined;
  /**
   * Stores events for clients that resume their session. Set it if the servers have `connectionStateRecovery`.
   * @default false
   */
  readonly recovery?: boolean | undefined;
  /**
   * The option `history` of the servers: events to these rooms are stored for clients that join later.
   * @default none
   */
  readonly history?: HistoryOptions | readonly HistoryOptions[] | undefined;
  /**
   * Called with the reason why the broker is unreachable: each reason once, until the broker answers again. The emitter reconnects by
   * itself. Without this option, a refusal, such as that of a wrong password, is a warning of the process.
   */
  readonly failed?: ((reason: Error) => void) | undefined;
}

/** The connection of an emitter. */
class Outlet {
  readonly encoder = new AdapterEncoder();
  readonly #link: ClusterLink;
  readonly #engineName: string;
  readonly #reasons: Reasons;
  readonly #topics = new Topics();
  readonly #id = newId();
  readonly #open = new Set<Promise<unknown>>();
  readonly #renewal: Renewal;
  readonly #renewAfter: number;
  readonly #mostUnsent: number;
  #unsent = 0;
  #watch: NodeJS.Timeout | undefined;
  #endWait: () => void = () => {};
  #number = 0;
  #failure: unknown;
  readonly #log: EngineLog | undefined;
  readonly #policy: HistoryPolicy | undefined;
  readonly #histories: EngineHistories | undefined;

  constructor(
    engine: ClusterEngine,
    {
      prefix = 'sio',
      recovery = false,
      history,
      failed,
      connectTimeout = 10_000,
      renewAfter = 10_000,
      maxUnsentBytes = MOST_UNSENT,
    }: EmitterOptions,
  ) {
    this.#engineName = engine.name;
    this.#renewAfter = renewAfter;
    this.#renewal = new Renewal(renewAfter);
    this.#mostUnsent = maxUnsentBytes;
    this.#policy = historyPolicy(history);
    this.#reasons = new Reasons(engine, (reason, refused) => {
      if (failed !== undefined) failed(reason);
      else if (refused) process.emitWarning(refusalError(engine, reason));
    });
    this.#link = new ClusterLink(engine, prefix, {
      message() {},
      failed: (error) => {
        this.#reasons.failed(error);
        this.#renewal.sign(performance.now());
      },
    });
    this.#log = recovery ? this.#link.log : undefined;
    if (recovery && this.#log === undefined) {
      void this.#link.close();
      throw new TypeError(`option recovery: ${engine.name} keeps no events; use Redis, Postgres or NATS`);
    }
    this.#histories = this.#policy && this.#link.log?.histories;
    if (this.#policy !== undefined && this.#histories === undefined) {
      void this.#link.close();
      throw new TypeError(`option history: ${engine.name} keeps no histories of rooms; use Redis, Postgres or NATS`);
    }
    const late = () => this.#link.giveUp(noConnectionError(engine.name, connectTimeout, this.#reasons.current));
    const timer = setTimeout(late, connectTimeout);
    void this.#link.connected().then(() => clearTimeout(timer));
    this.#endWait = () => clearTimeout(timer);
  }

  send(kind: Kind, rooms: ReadonlySet<string> | undefined, header: Header, body?: string | EncodedBinary): void {
    const topics = rooms === undefined ? [ALL] : this.#topics.of(header.n as string, rooms);
    this.#number = (this.#number + 1) >>> 0;
    const frame = writeFrame(kind, this.#id, this.#number, topics.length === 1 ? header : { ...header, m: 1 }, body);
    const isKept = kind === Kind.BROADCAST && header.f?.volatile !== true;
    const log = isKept ? this.#log : undefined;
    const targets = isKept ? this.#targets(header) : NO_TARGETS;
    const name = logName(header.n as string);
    if (targets.length > 0) {
      const histories = this.#histories as EngineHistories;
      this.#send(frame.length, () => histories.record(targets, name, log !== undefined, topics, frame));
    } else if (log !== undefined) this.#send(frame.length, () => log.append(name, topics, frame));
    else for (const topic of topics) this.#send(frame.length, () => this.#link.publish(topic, frame));
    if (kind === Kind.JOIN) this.#topics.joined(header.n as string, header.j ?? []);
  }

  #targets({ n = '/', r = [] }: Header): readonly HistoryTarget[] {
    const rules = this.#policy?.of(n);
    if (rules === undefined) return NO_TARGETS;
    return r.flatMap((room) => {
      const rule = rules.ruleOf(room);
      return rule === undefined ? [] : [targetOf(n, { room, rule })];
    });
  }

  #send(bytes: number, publish: () => Promise<unknown> | undefined): void {
    if (this.#unsent + bytes > this.#mostUnsent) {
      return this.#notTaken(
        new Error(`maxUnsentBytes: the broker (${this.#engineName}) has not taken ${this.#unsent} bytes yet`),
      );
    }
    this.#unsent += bytes;
    const sent = attempt(async () => publish()).then(this.#taken, this.#notTaken);
    this.#open.add(sent);
    this.#watch ??= setTimeout(this.#look, this.#renewAfter).unref();
    void sent.then(() => {
      this.#open.delete(sent);
      this.#unsent -= bytes;
    });
  }

  /** Messages that are under way for too long have a dead connection. */
  readonly #look = (): void => {
    this.#watch = this.#open.size === 0 ? undefined : setTimeout(this.#look, this.#renewAfter).unref();
    if (this.#open.size > 0) this.#renewIfDue();
  };

  #renewIfDue(): void {
    if (this.#renewal.isDue(performance.now())) this.#link.renew();
  }

  readonly #taken = (): void => {
    this.#renewal.begin(performance.now());
    this.#reasons.reached();
  };

  readonly #notTaken = (error: unknown): void => {
    this.#failure ??= error;
    if (this.#reasons.isRefusal(error)) this.#reasons.failed(error);
    this.#renewIfDue();
  };

  async #flushLink(): Promise<void> {
    const flushed = this.#link.flush().then(this.#taken, this.#notTaken);
    if ((await inTime(flushed.then(isDone), this.#renewAfter)) === true) return;
    this.#link.renew();
    throw new Error(
      `The broker (${this.#engineName}) has not answered within ${this.#renewAfter} ms; messages may be lost`,
    );
  }

  async flush(): Promise<void> {
    await Promise.all(this.#open);
    if (this.#failure === undefined) await this.#flushLink().catch(this.#notTaken);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      clearTimeout(this.#watch);
      this.#endWait();
      await this.#link.close();
    }
  }
}

function isDone(): true {
  return true;
}

/** Bytes. */
const MOST_UNSENT = 128 * 1024 * 1024;
const NO_ROOMS: ReadonlySet<string> = new Set();
const NO_TARGETS: readonly HistoryTarget[] = [];

/**
 * Sends events from a process without a server. It is immutable: each method that narrows the target returns a new emitter.
 */
export class Emitter {
  readonly #outlet: Outlet;
  readonly #namespace: string;
  readonly #rooms: ReadonlySet<string>;
  readonly #except: ReadonlySet<string>;
  readonly #flags: Readonly<Record<string, unknown>>;

  /** @internal Use {@link emitter}. */
  constructor(
    outlet: Outlet,
    namespace = '/',
    rooms: ReadonlySet<string> = NO_ROOMS,
    except: ReadonlySet<string> = NO_ROOMS,
    flags: Readonly<Record<string, unknown>> = {},
  ) {
    this.#outlet = outlet;
    this.#namespace = namespace;
    this.#rooms = rooms;
    this.#except = except;
    this.#flags = flags;
  }

  /** Targets another namespace. @param namespace its name, such as `/chat`. */
  of(namespace: string): Emitter {
    return new Emitter(this.#outlet, namespace.startsWith('/') ? namespace : `/${namespace}`);
  }

  /** Targets the sockets of one room or several; repeated calls add rooms. */
  to(rooms: Rooms): Emitter {
    return this.#with(added(this.#rooms, rooms), this.#except, this.#flags);
  }

  /** The same as {@link to}. */
  in(rooms: Rooms): Emitter {
    return this.to(rooms);
  }

  /** Excludes the sockets in any of these rooms. */
  except(rooms: Rooms): Emitter {
    return this.#with(this.#rooms, added(this.#except, rooms), this.#flags);
  }

  /** Drops the event for clients that cannot receive it immediately. */
  get volatile(): Emitter {
    return this.#with(this.#rooms, this.#except, { ...this.#flags, volatile: true });
  }

  /** Sets whether transports that can compress the event do so. */
  compress(compress: boolean): Emitter {
    return this.#with(this.#rooms, this.#except, { ...this.#flags, compress });
  }

  #with(rooms: ReadonlySet<string>, except: ReadonlySet<string>, flags: Readonly<Record<string, unknown>>): Emitter {
    return new Emitter(this.#outlet, this.#namespace, rooms, except, flags);
  }

  #header(): Header {
    return {
      n: this.#namespace,
      ...(this.#rooms.size > 0 && { r: [...this.#rooms] }),
      ...(this.#except.size > 0 && { x: [...this.#except] }),
      ...(Object.keys(this.#flags).length > 0 && { f: this.#flags }),
    };
  }

  /** Sends an event to the targeted sockets. @returns always true. @throws CodecError when the data cannot be encoded. */
  emit(event: string, ...args: unknown[]): true {
    const { encoder } = this.#outlet;
    const packet = makePacket(PacketType.EVENT, this.#namespace, [event, ...args]);
    this.#outlet.send(Kind.BROADCAST, this.#rooms, this.#header(), encoder.encodedText(packet));
    return true;
  }

  /** Makes the targeted sockets join one room or several. */
  socketsJoin(rooms: Rooms): void {
    this.#outlet.send(Kind.JOIN, this.#rooms, { ...this.#header(), j: listOf(rooms) });
  }

  /** Makes the targeted sockets leave one room or several. */
  socketsLeave(rooms: Rooms): void {
    this.#outlet.send(Kind.LEAVE, this.#rooms, { ...this.#header(), j: listOf(rooms) });
  }

  /** Disconnects the targeted sockets. @param close closes their connections too, and with them all namespaces. */
  disconnectSockets(close = false): void {
    this.#outlet.send(Kind.DISCONNECT, this.#rooms, { ...this.#header(), c: close });
  }

  /** Sends an event to all servers, where `serverSideEmit` listeners of the namespace get it. */
  serverSideEmit(event: string, ...args: unknown[]): void {
    const { encoder } = this.#outlet;
    this.#outlet.send(Kind.EVENT, undefined, { n: this.#namespace }, encoder.textOfValues([event, ...args]));
  }

  /** Resolves when the broker has all messages that were sent. Rejects when a message was lost since the last call. */
  flush(): Promise<void> {
    return this.#outlet.flush();
  }

  /** Sends all messages and closes the connection to the broker. Rejects when a message was lost since the last {@link flush}. */
  close(): Promise<void> {
    return this.#outlet.close();
  }
}

function listOf(rooms: Rooms): string[] {
  return typeof rooms === 'string' ? [rooms] : [...rooms];
}

function added(rooms: ReadonlySet<string>, more: Rooms): ReadonlySet<string> {
  return new Set([...rooms, ...listOf(more)]);
}

/**
 * Creates an emitter for a process without a server, such as a worker: `emitter(redis(client)).to('room').emit('news')`.
 *
 * @param engine the broker of the servers.
 */
export function emitter(engine: ClusterEngine, options: EmitterOptions = {}): Emitter {
  return new Emitter(new Outlet(engine, options));
}
