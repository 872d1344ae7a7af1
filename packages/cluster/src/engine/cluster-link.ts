import { attempt } from './broker-calls.js';
import type { ClusterEngine, EngineEvents, EngineLink } from './engine.js';
import type { EngineHistories, EngineLog } from './log.js';

/** A call that waits for the first connection. */
interface Held {
  readonly go: () => void;
  readonly lost: (error: Error) => void;
}

/**
 * The link of a server or an emitter. All of its topics begin with a prefix, calls that publish or store wait for the first connection, and
 * the link of the engine can be replaced by a new one.
 */
export class ClusterLink implements EngineLink {
  readonly #engine: ClusterEngine;
  readonly #prefix: string;
  readonly #events: EngineEvents;
  /** Calls in their order; undefined when the first connection was made, or was given up. */
  #held: Held[] | undefined = [];
  #current: EngineLink;
  readonly #first: Promise<void>;
  #connect: () => void = nothing;
  readonly log: EngineLog | undefined;
  readonly will: EngineLink['will'];
  /** What `will` was called with, for the next link. */
  #will: Parameters<NonNullable<EngineLink['will']>> | undefined;

  constructor(engine: ClusterEngine, prefix: string, events: EngineEvents) {
    this.#engine = engine;
    this.#prefix = prefix;
    this.#events = events;
    this.#first = new Promise((resolve) => {
      this.#connect = resolve;
    });
    this.#current = this.#open();
    if (this.#current.log !== undefined) this.log = this.#makeLog(() => this.#current.log as EngineLog);
    if (this.#current.will !== undefined) this.will = (topic, payload) => this.#keepWill(topic, payload);
  }

  #open(): EngineLink {
    let isOld = false;
    const { message, failed } = this.#events;
    const events: EngineEvents = {
      message: (payload, position, place) => {
        if (!isOld) message(payload, position, place);
      },
      failed: (error) => {
        if (!isOld) failed(error);
      },
    };
    const link = this.#engine.open(events, this.#prefix);
    this.#retire = () => {
      isOld = true;
    };
    const connected = () => {
      if (!isOld) this.#connected();
    };
    link.connected().then(connected, nothing);
    return link;
  }

  /** The messages of the current link count no more. */
  #retire: () => void = nothing;

  #connected(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const { go } of held ?? []) go();
    this.#connect();
  }

  /** Calls that wait for the first connection are lost, and later ones do not wait for it. */
  giveUp(error: Error = new Error('There is no connection to the broker')): void {
    const held = this.#held;
    this.#held = undefined;
    for (const { lost } of held ?? []) lost(error);
  }

  /** Replaces the link, whose connections may be dead without a sign. Its subscriptions have to be made again. */
  renew(): void {
    const old = this.#current;
    this.#retire();
    attempt(() => old.close()).catch(nothing);
    this.#current = this.#open();
    if (this.#will !== undefined) this.#current.will?.(...this.#will);
  }

  #whenConnected<T>(call: () => Promise<T>): Promise<T> {
    const held = this.#held;
    if (held === undefined) return call();
    return new Promise((resolve, lost) => held.push({ go: () => attempt(call).then(resolve, lost), lost }));
  }

  #named(name: string): string {
    return `${this.#prefix}:${name}`;
  }

  // ---- the link ----

  connected(): Promise<void> {
    return this.#first;
  }

  publish(topic: string, payload: Buffer): Promise<unknown> | undefined {
    const name = this.#named(topic);
    if (this.#held === undefined) return this.#current.publish(name, payload);
    return this.#whenConnected(async () => this.#current.publish(name, payload));
  }

  async flush(): Promise<void> {
    await this.#current.flush?.();
  }

  subscribe(topic: string): Promise<unknown> {
    return this.#current.subscribe(this.#named(topic));
  }

  unsubscribe(topic: string): Promise<unknown> {
    return this.#current.unsubscribe(this.#named(topic));
  }

  #keepWill(topic: string, payload: Buffer): void {
    this.#will = [this.#named(topic), payload];
    this.#current.will?.(...this.#will);
  }

  close(): Promise<void> {
    return this.#current.close();
  }

  // ---- what the broker keeps ----

  #makeLog(log: () => EngineLog): EngineLog {
    const named = (name: string) => this.#named(name);
    const call = <T>(run: () => Promise<T>) => this.#whenConnected(run);
    return {
      patience: log().patience,
      append: (name, topics, payload) => call(() => log().append(named(name), topics.map(named), payload)),
      mark: (name, topic, payload, retention) => call(() => log().mark(named(name), named(topic), payload, retention)),
      read: (name, after, upTo) => call(() => log().read(named(name), after, upTo)),
      keep: (key, session, time) => call(() => log().keep(named(key), session, time)),
      renew: (keys, time) => call(() => log().renew(keys.map(named), time)),
      take: (key) => call(() => log().take(named(key))),
      drop: (key) => call(() => log().drop(named(key))),
      histories: log().histories && this.#makeHistories(() => log().histories as EngineHistories),
    };
  }

  #makeHistories(histories: () => EngineHistories): EngineHistories {
    const named = (name: string) => this.#named(name);
    const call = <T>(run: () => Promise<T>) => this.#whenConnected(run);
    return {
      record: (targets, log, isLogged, topics, payload) => {
        const all = targets.map((target) => ({ ...target, history: named(target.history) }));
        return call(() => histories().record(all, named(log), isLogged, topics.map(named), payload));
      },
      snapshot: (target, log, count, topic, payload) => {
        const one = { ...target, history: named(target.history) };
        return call(() => histories().snapshot(one, named(log), count, named(topic), payload));
      },
    };
  }
}

function nothing(): void {}
