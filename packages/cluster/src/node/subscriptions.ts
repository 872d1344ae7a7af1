import type { EngineLink } from '../engine/engine.js';

interface Subscription {
  /** The number of users of the subscription. */
  uses: number;
  /** It was unused at the last sweep. */
  idle: boolean;
  /** Pending until the broker confirms, or is known to be unreachable. */
  confirmed: Promise<void> | undefined;
  confirm: () => void;
  /** The broker has not confirmed it. */
  starting: boolean;
  /** When its canary was sent (monotonic ms), until that is back. */
  asked: number | undefined;
  /** When the last one was sent, 0 before the first. */
  last: number;
  /** Canaries in a row that have not come back in time. */
  missed: number;
  /** How often it was made. */
  attempt: number;
}

/** Subscriptions that are made while the broker is away. Clients of brokers queue each of them, also when its room is empty again. */
const MOST_WHILE_AWAY = 1000;
/** Canaries at a time. */
const PROOFS = 8;
/** Milliseconds between two canaries of a subscription: with few of them, more would cost every server a message each. */
const REST = 2000;

/** The subscriptions of a server: each is confirmed by the broker, and proven again and again by a message to itself. */
export class Subscriptions {
  readonly #link: () => EngineLink;
  readonly #refused: (error: unknown) => void;
  readonly #all = new Map<string, Subscription>();
  /** Topics that wait for their proof, the next one first. */
  readonly #queue = new Set<string>();
  /** Those that are being ended. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #broken = new Set<string>();
  /** The broker has not taken these. */
  readonly #rejected = new Set<string>();
  /** They are made when the broker is back. */
  readonly #deferred = new Set<string>();
  #isAway = false;
  #madeWhileAway = 0;

  /** @param refused gets why the broker does not take a subscription. */
  constructor(link: () => EngineLink, refused: (error: unknown) => void) {
    this.#link = link;
    this.#refused = refused;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Subscriptions that have failed their proof. */
  get broken(): number {
    return this.#broken.size;
  }

  acquire(topic: string): void {
    const known = this.#all.get(topic);
    if (known !== undefined) {
      known.uses++;
      known.idle = false;
      return;
    }
    const entry: Subscription = {
      uses: 1,
      idle: false,
      confirmed: undefined,
      confirm: nothing,
      starting: false,
      asked: undefined,
      last: 0,
      missed: 0,
      attempt: 0,
    };
    this.#all.set(topic, entry);
    if (this.#isAway && this.#madeWhileAway++ >= MOST_WHILE_AWAY) this.#deferred.add(topic);
    else this.#start(topic, entry);
  }

  release(topic: string): void {
    const entry = this.#all.get(topic);
    if (entry !== undefined && entry.uses > 0) entry.uses--;
  }

  /** Resolves when the broker has confirmed a subscription or is unreachable; undefined if it has already, or there is none. */
  confirmed(topic: string): Promise<void> | undefined {
    return this.#all.get(topic)?.confirmed;
  }

  #start(topic: string, entry: Subscription): void {
    const subscribe = () => Promise.resolve(this.#link().subscribe(topic));
    const leaving = this.#leaving.get(topic);
    const attempt = ++entry.attempt;
    entry.starting = true;
    this.#rejected.delete(topic);
    entry.confirmed = new Promise((resolve) => {
      entry.confirm = resolve;
    });
    const settled = () => {
      if (entry.attempt !== attempt) return;
      entry.starting = false;
      this.#release(entry);
    };
    const done = leaving === undefined ? subscribe() : leaving.then(subscribe);
    // If it fails, its canary does not come back, and the subscription is renewed. While the broker is unreachable there are no canaries.
    done.then(settled, (error) => {
      settled();
      if (this.#all.get(topic) === entry && entry.attempt === attempt) this.#rejected.add(topic);
      this.#refused(error);
    });
    this.#queue.add(topic);
  }

  #release(entry: Subscription): void {
    entry.confirm();
    entry.confirmed = undefined;
  }

  #end(topic: string): void {
    this.#all.delete(topic);
    this.#queue.delete(topic);
    this.#broken.delete(topic);
    this.#rejected.delete(topic);
    if (!this.#deferred.delete(topic)) this.#leave(topic);
  }

  #leave(topic: string): void {
    const left = Promise.resolve(this.#link().unsubscribe(topic))
      .catch(() => {})
      .then(() => {
        if (this.#leaving.get(topic) === left) this.#leaving.delete(topic);
      });
    this.#leaving.set(topic, left);
  }

  /** Ends subscriptions that have been unused for a whole round: rooms that are left and joined at once keep theirs. */
  sweep(): void {
    for (const [topic, entry] of this.#all) {
      if (entry.uses > 0) continue;
      if (entry.idle) this.#end(topic);
      else entry.idle = true;
    }
  }

  /** The topics that need a canary now. */
  nextProofs(now: number): string[] {
    const topics: string[] = [];
    for (const topic of this.#queue) {
      if (topics.length === PROOFS) break;
      const entry = this.#all.get(topic);
      if (entry === undefined || entry.starting || entry.asked !== undefined) continue;
      // So have those behind it, or they are new.
      if (entry.last > 0 && now - entry.last < REST) break;
      topics.push(topic);
      entry.asked = now;
      entry.last = now;
    }
    // The others have their turn.
    for (const topic of topics) {
      this.#queue.delete(topic);
      this.#queue.add(topic);
    }
    return topics;
  }

  proven(topic: string): void {
    const entry = this.#all.get(topic);
    if (entry === undefined) return;
    entry.asked = undefined;
    entry.missed = 0;
    this.#broken.delete(topic);
  }

  /**
   * Subscribes anew where a canary has not come back, although the broker answers. The first time it may only be late, as on a busy machine:
   * then the old subscription stays, because messages between the two would be lost.
   * @param before monotonic ms
   */
  renewUnproven(before: number): void {
    for (const [topic, entry] of this.#all) {
      if (entry.asked === undefined || entry.asked > before || entry.starting) continue;
      entry.asked = undefined;
      this.#broken.add(topic);
      if (++entry.missed > 1) this.#leave(topic);
      this.#start(topic, entry);
    }
  }

  /** This server stood still: canaries that are back have not been read yet. @param now monotonic ms */
  excuse(now: number): void {
    for (const entry of this.#all.values()) if (entry.asked !== undefined) entry.asked = now;
  }

  /** Subscribes anew where the broker has not taken it: the credentials may be right by now. */
  renewRejected(): void {
    for (const topic of [...this.#rejected]) {
      const entry = this.#all.get(topic);
      if (entry !== undefined && !entry.starting) this.#start(topic, entry);
    }
  }

  /** Subscribes to all topics anew, over a new link. */
  restart(): void {
    this.#deferred.clear();
    this.#leaving.clear();
    this.#broken.clear();
    for (const [topic, entry] of this.#all) {
      entry.asked = undefined;
      entry.missed = 0;
      this.#release(entry);
      this.#start(topic, entry);
    }
  }

  /** Called when the broker becomes unreachable: joins do not wait for it, and pending canaries do not count. */
  brokerAway(): void {
    this.#isAway = true;
    this.#madeWhileAway = 0;
    for (const entry of this.#all.values()) {
      entry.asked = undefined;
      entry.missed = 0;
      this.#release(entry);
    }
  }

  /**
   * Called when the broker is back. @returns resolves when it has those that were made meanwhile; undefined if there are none, and when it is
   * called again.
   */
  brokerBack(): Promise<unknown> | undefined {
    if (!this.#isAway) return undefined;
    this.#isAway = false;
    const deferred = [...this.#deferred];
    this.#deferred.clear();
    for (const topic of deferred) this.#start(topic, this.#all.get(topic) as Subscription);
    const starting = [...this.#all.values()].filter((entry) => entry.starting);
    return starting.length === 0 ? undefined : Promise.all(starting.map(({ confirmed }) => confirmed));
  }
}

function nothing(): void {}
