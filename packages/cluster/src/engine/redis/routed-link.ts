import { FAREWELL, inTime } from '../broker-calls.js';
import type { EngineEvents, EngineLink } from '../engine.js';
import { Reconnecting } from '../reconnecting.js';
import type { RedisArgs } from './clients.js';
import { PLAIN_KEYS, type RedisKeys, TaggedKeys } from './keys.js';
import { positioned, RedisLog } from './log.js';
import type { CommandConnection, Route, SubscriberConnection } from './routes.js';
import { Unanswered } from './unanswered.js';

interface Open {
  commands: CommandConnection;
  readonly subscriber: SubscriberConnection;
  readonly lost: (error: unknown) => void;
}

/** A command whose slot is moving to another node. */
interface Held {
  /** Says the order of commands: answers to earlier ones may come later than this one is held. */
  readonly number: number;
  readonly args: RedisArgs;
  readonly answered: (answer: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** The slot has another node, or is on its way to one. */
const MOVED = /^MOVED /;
const MOVING = /^(ASK|TRYAGAIN) /;
/** Time (ms) between two attempts while a slot moves. */
const PAUSE = 50;
/** Topics of one command. */
const MOST_AT_ONCE = 1000;

/**
 * A link to several Redis. One of them takes all commands and messages of a cluster, in their order: the node that has its keys, or the
 * master that a sentinel names. Subscriptions are on any node, because each gets what is published on another.
 */
export class RoutedLink implements EngineLink {
  readonly log: RedisLog;
  readonly #route: Route;
  readonly #slot: number;
  readonly #events: EngineEvents;
  readonly #connection: Reconnecting<Open>;
  readonly #topics = new Set<string>();
  readonly #unanswered: Unanswered;
  /** Commands in their order, while the slot moves. */
  #held: Held[] | undefined;
  #number = 0;

  /** @param prefix begins all names. @param isCluster whether all keys have to be on one node. */
  constructor(route: Route, prefix: string, isCluster: boolean, events: EngineEvents) {
    this.#route = route;
    this.#events = events;
    const tagged = isCluster ? new TaggedKeys(prefix, route.keyPrefix) : undefined;
    const keys: RedisKeys = tagged ?? PLAIN_KEYS;
    this.#slot = tagged?.slot ?? 0;
    this.log = new RedisLog((args) => this.#send(args), keys);
    this.#unanswered = new Unanswered(() =>
      this.#connection.current?.lost(new Error('A node of Redis does not answer')),
    );
    this.#connection = new Reconnecting({
      open: (lost) => this.#open(lost),
      close: (open) => this.#end(open),
      failed: (error) => events.failed(error),
    });
  }

  async #open(lost: (error: unknown) => void): Promise<Open> {
    const [commands, subscriber] = await Promise.allSettled([
      this.#route.commands(this.#slot, lost),
      this.#subscriber(lost),
    ]);
    if (commands.status === 'fulfilled' && subscriber.status === 'fulfilled') {
      return { commands: commands.value, subscriber: subscriber.value, lost };
    }
    for (const each of [commands, subscriber]) if (each.status === 'fulfilled') each.value.close();
    throw commands.status === 'rejected' ? commands.reason : (subscriber as PromiseRejectedResult).reason;
  }

  async #subscriber(lost: (error: unknown) => void): Promise<SubscriberConnection> {
    const subscriber = await this.#route.subscriber((message) => this.#take(message), lost);
    try {
      const topics = [...this.#topics];
      while (topics.length > 0) await subscriber.subscribe(topics.splice(0, MOST_AT_ONCE));
      return subscriber;
    } catch (error) {
      subscriber.close();
      throw error;
    }
  }

  #end({ commands, subscriber }: Open): void {
    commands.close();
    subscriber.close();
    const held = this.#held;
    this.#held = undefined;
    for (const { failed } of held ?? []) failed(notConnected());
  }

  #take(message: Buffer): void {
    const { payload, position, place } = positioned(message);
    this.#events.message(payload, position, place);
  }

  connected(): Promise<unknown> {
    return this.#connection.ready();
  }

  publish(topic: string, payload: Buffer): Promise<unknown> {
    return this.#send(['PUBLISH', topic, payload]);
  }

  async subscribe(topic: string): Promise<void> {
    this.#topics.add(topic);
    const { subscriber } = await this.#connection.ready();
    if (this.#topics.has(topic)) await subscriber.subscribe([topic]);
  }

  async unsubscribe(topic: string): Promise<void> {
    this.#topics.delete(topic);
    await this.#connection.current?.subscriber.unsubscribe(topic);
  }

  async close(): Promise<void> {
    // When a command is answered, everything before it has been sent.
    await inTime(this.#send(['PING']), FAREWELL);
    this.#unanswered.close();
    await this.#connection.close();
  }

  // ---- commands ----

  #send(args: RedisArgs, number = ++this.#number): Promise<unknown> {
    if (this.#held !== undefined) return this.#hold(args, number);
    const open = this.#connection.current;
    return open === undefined ? Promise.reject(notConnected()) : this.#ask(open, args, number);
  }

  async #ask(open: Open, args: RedisArgs, number: number): Promise<unknown> {
    this.#unanswered.sent();
    try {
      return await open.commands.command(args);
    } catch (error) {
      if (!isRedirection(error)) throw error;
      if (this.#held === undefined) {
        this.#held = [];
        void this.#move(open, MOVED.test(error.message));
      }
      return await this.#hold(args, number);
    } finally {
      this.#unanswered.answered();
    }
  }

  #hold(args: RedisArgs, number: number): Promise<unknown> {
    return new Promise((answered, failed) => this.#held?.push({ number, args, answered, failed }));
  }

  /** Finds the node that has the slot now, and sends it what was held. A command that is refused this way had no effect. */
  async #move(open: Open, isMoved: boolean): Promise<void> {
    const { lost } = open;
    try {
      // Then earlier commands have their answers, and are held, too.
      await open.commands.command(['PING']);
      this.#held?.sort((a, b) => a.number - b.number);
      for (let hasMoved = isMoved; ; ) {
        if (hasMoved) {
          const commands = await this.#route.commands(this.#slot, lost);
          open.commands.close();
          open.commands = commands;
          if (this.#held === undefined) return commands.close();
        }
        const error = await this.#try(open);
        if (error === undefined) break;
        hasMoved = MOVED.test(error.message);
        await new Promise((resolve) => setTimeout(resolve, PAUSE).unref());
      }
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const { number, args, answered, failed } of held) this.#send(args, number).then(answered, failed);
    } catch (error) {
      lost(error);
    }
  }

  /** Sends the first command that is held. @returns why the slot does not take it yet. */
  async #try({ commands }: Open): Promise<Error | undefined> {
    const [first] = this.#held ?? [];
    if (first === undefined) return undefined;
    try {
      first.answered(await commands.command(first.args));
    } catch (error) {
      if (isRedirection(error)) return error;
      first.failed(error);
    }
    this.#held?.shift();
    return undefined;
  }
}

function isRedirection(error: unknown): error is Error {
  return error instanceof Error && (MOVED.test(error.message) || MOVING.test(error.message));
}

function notConnected(): Error {
  return new Error('Redis is not connected');
}
