import { setTimeout as pause } from 'node:timers/promises';
import { noLog } from '../log.js';
import {
  deliveryOf,
  isPassing,
  isUnanswered,
  type JetStream,
  JetStreamError,
  NANO,
  type NatsMessage,
  type StreamInfo,
} from './jetstream.js';

/** How JetStream keeps things. */
export interface StreamOptions {
  readonly storage: 'file' | 'memory';
  readonly replicas: number;
}

/** A message as JetStream gives it out. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  readonly data?: string;
  /** Headers. */
  readonly hdrs?: string;
  readonly time: string;
}

/** JetStream's numbers. */
const Cause = Object.freeze({ NO_MESSAGE: 10037, NAME_IN_USE: 10058, NO_STREAM: 10059, WRONG_LAST_SEQUENCE: 10071 });
const PAGE = 1000;
/** Messages up to which each is asked for by its number: a consumer would need JetStream's leader, and ends with its server. */
const FEW = 500;
/** Requests for single messages that are made at a time. */
export const AT_ONCE = 100;
/** The most missing messages of a part of a stream, such as removed marks, that are asked for one by one. */
const MOST_MISSING = 10_000;
/** Time (ms) until a part of a stream is read again, after the server that read it has ended. */
const PAUSE = 100;

/** Messages by their numbers. */
export type Messages = Map<number, Pick<NatsMessage, 'subject' | 'data'>>;

/** Makes streams and reads them. */
export class Streams {
  readonly #jetStream: JetStream;
  readonly #options: StreamOptions;

  constructor(jetStream: JetStream, options: StreamOptions) {
    this.#jetStream = jetStream;
    this.#options = options;
  }

  /** The settings of a stream. */
  config(name: string, subject: string) {
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

  /** Makes a stream. @param better the settings that a stream gets which is there; undefined if it keeps its own. */
  async create(config: { name: string }, better: (info: StreamInfo) => object | undefined): Promise<StreamInfo> {
    try {
      return await this.#jetStream.call<StreamInfo>(`STREAM.CREATE.${config.name}`, config);
    } catch (error) {
      if (isUnanswered(error) && this.#jetStream.isThere !== true)
        throw noLog(
          new Error(
            'NATS keeps no events: start nats-server with JetStream (-js), or leave out connectionStateRecovery and history',
          ),
        );
      if (!(error instanceof JetStreamError) || error.cause !== Cause.NAME_IN_USE) throw error;
      const info = await this.info(config.name);
      const changed = better(info);
      return changed === undefined ? info : this.#jetStream.call<StreamInfo>(`STREAM.UPDATE.${config.name}`, changed);
    }
  }

  info(stream: string): Promise<StreamInfo> {
    return this.#jetStream.call(`STREAM.INFO.${stream}`);
  }

  delete(stream: string): Promise<unknown> {
    return this.#jetStream.call(`STREAM.DELETE.${stream}`);
  }

  /** Removes a message. */
  remove(stream: string, seq: number): Promise<unknown> {
    return this.#jetStream.call(`STREAM.MSG.DELETE.${stream}`, { seq, no_erase: true }).catch(nothing);
  }

  /** Reads one message. @returns undefined if there is no such message. */
  async get(stream: string, which: { seq: number } | { last_by_subj: string }): Promise<StoredMessage | undefined> {
    try {
      const call = this.#jetStream.call<{ message: StoredMessage }>(`STREAM.MSG.GET.${stream}`, which);
      return (await call).message;
    } catch (error) {
      const { cause } = error as JetStreamError;
      if (cause === Cause.NO_MESSAGE || cause === Cause.NO_STREAM) return undefined;
      throw error;
    }
  }

  /** Reads messages by their numbers. @returns undefined if there are too many of them that a consumer does not find. */
  async range(stream: string, first: number, last: number): Promise<Messages | undefined> {
    const until = performance.now() + this.#jetStream.patience;
    for (;;) {
      try {
        return await this.#range(stream, first, last);
      } catch (error) {
        // A consumer ends with its server. Another one is on a server that is there.
        if (!isPassing(error) || performance.now() >= until) throw error;
        await pause(PAUSE, undefined, { ref: false });
      }
    }
  }

  async #range(stream: string, first: number, last: number): Promise<Messages | undefined> {
    const found: Messages = new Map();
    if (last - first >= FEW) {
      const from = { deliver_policy: 'by_start_sequence', opt_start_seq: first };
      for await (const message of this.messages(stream, from, last)) {
        const { sequence } = deliveryOf(message);
        if (sequence <= last) found.set(sequence, message);
      }
    }
    const { state } = await this.info(stream);
    // A consumer may skip messages beside one that is removed while it reads (nats-server 2.9).
    const missing: number[] = [];
    for (let seq = Math.max(first, state.first_seq); seq <= last; seq++) if (!found.has(seq)) missing.push(seq);
    if (missing.length > MOST_MISSING) return undefined;
    for (let n = 0; n < missing.length; n += AT_ONCE) {
      const some = missing.slice(n, n + AT_ONCE).map((seq) => this.get(stream, { seq }));
      for (const message of await Promise.all(some)) {
        if (message !== undefined) found.set(message.seq, { subject: message.subject, data: bytesOf(message) });
      }
    }
    return found;
  }

  /** Reads messages with a consumer. @param which its settings. @param last the number of the last one that is wanted. */
  async *messages(stream: string, which: object, last: number): AsyncGenerator<NatsMessage> {
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
}

export function bytesOf(message: StoredMessage | undefined): Buffer {
  return Buffer.from(message?.data ?? '', 'base64');
}

/** Throws an error again, unless JetStream has refused a message because another one was first. */
export function unlessOutrun(error: unknown): void {
  if (!(error instanceof JetStreamError) || error.cause !== Cause.WRONG_LAST_SEQUENCE) throw error;
}

function nothing(): void {}
