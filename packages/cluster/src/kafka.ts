/**
 * Kafka as the broker of a cluster, with the package `kafkajs`, or another one with the same interface.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { FAREWELL, inTime } from './engine/broker-calls.js';
import type { ClusterEngine, EngineEvents, EngineLink } from './engine/engine.js';
import { Parts } from './engine/parts.js';
import { Reconnecting } from './engine/reconnecting.js';
import { refusals } from './engine/refusals.js';

/** A producer of the package `kafkajs`, as far as the engine uses it. */
export interface KafkaProducer {
  /** Connects. */
  connect(): Promise<void>;
  /** Sends messages, and resolves when the broker has them. */
  send(record: { topic: string; acks: number; messages: { key: string; value: Buffer }[] }): Promise<unknown>;
  /** Ends. */
  disconnect(): Promise<void>;
  /** `producer.disconnect`. */
  on(event: 'producer.disconnect', listener: () => void): unknown;
}

/** A consumer of the package `kafkajs`, as far as the engine uses it. */
export interface KafkaConsumer {
  /** Connects. */
  connect(): Promise<void>;
  /** Selects the topics to read. */
  subscribe(subscription: { topics: string[]; fromBeginning: boolean }): Promise<void>;
  /** Starts to read. */
  run(config: {
    autoCommit: boolean;
    eachBatch(payload: { batch: { readonly messages: readonly { readonly value: Buffer | null }[] } }): Promise<void>;
  }): Promise<void>;
  /** Ends. */
  disconnect(): Promise<void>;
  /** `consumer.crash`, `consumer.group_join`. */
  on(event: 'consumer.crash', listener: (event: { payload: { error: Error } }) => void): unknown;
  on(event: 'consumer.group_join', listener: () => void): unknown;
}

/** A client of the package `kafkajs`, as far as the engine uses it. */
export interface KafkaClient {
  /** Creates a producer. */
  producer(options: object): KafkaProducer;
  /** Creates a consumer. */
  consumer(options: { groupId: string }): KafkaConsumer;
  /** Creates a client that manages topics. */
  admin(options: object): {
    /** Connects. */
    connect(): Promise<void>;
    /** Creates the topics that do not exist. */
    createTopics(options: {
      topics: { topic: string; numPartitions: number; configEntries: { name: string; value: string }[] }[];
    }): Promise<boolean>;
    /** Ends. */
    disconnect(): Promise<void>;
  };
}

/** Options of {@link kafka}. */
export interface KafkaOptions {
  /**
   * The topic that all servers share. The engine creates it with one partition if it does not exist.
   * @default 'sio'
   */
  readonly topic?: string | undefined;
  /**
   * The largest message that the topic accepts, including its header. Larger messages are split.
   * @unit bytes
   * @default 900000
   */
  readonly maxMessageBytes?: number | undefined;
}

interface Waiting {
  readonly value: Buffer;
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;
}

/** Wrong credentials, a missing permission, or a certificate, whose code the client leaves out. */
const isRefusal = refusals(
  /SASL|AUTHORIZATION_FAILED|self-signed certificate|unable to verify|certificate has expired/,
);

/** A message that cannot be sent now is lost, because it would arrive after newer ones. The client reconnects at once. */
const NO_RETRY = { retries: 0, restartOnFailure: async () => false };
/** Time (ms) for which Kafka keeps messages. They are of use for as long as they are on their way. */
const KEPT = '60000';
/** Time (ms) without a heartbeat after which Kafka removes a reader. */
const SESSION = 30_000;
/** The most bytes of a message apart from its value. */
const RECORD = 100;
/** Time (ms) that Kafka may hold a request for more messages. */
const POLL = 500;

/**
 * Uses Kafka as the broker: `cluster(kafka(new Kafka({ brokers })))`. All servers share one topic. Each server reads the whole topic, in a
 * consumer group of its own, and ignores the messages that it does not need.
 *
 * @param client a client of `kafkajs`.
 * @throws RangeError for `maxMessageBytes` below 10000.
 */
export function kafka(
  client: KafkaClient,
  { topic = 'sio', maxMessageBytes = 900_000 }: KafkaOptions = {},
): ClusterEngine {
  if (!(maxMessageBytes >= 10_000))
    throw new RangeError(`option maxMessageBytes must be at least 10000 bytes, not ${maxMessageBytes}`);
  return { name: 'kafka', isRefusal, open: (events) => new KafkaLink(client, topic, maxMessageBytes, events) };
}

class KafkaLink implements EngineLink {
  readonly #client: KafkaClient;
  readonly #events: EngineEvents;
  readonly #topic: string;
  readonly #limit: number;
  readonly #parts: Parts;
  readonly #producer: Reconnecting<KafkaProducer>;
  /** Created with the first subscription, because an emitter reads nothing. */
  #consumer: Reconnecting<KafkaConsumer> | undefined;
  readonly #subscribed = new Set<string>();
  /** Messages of one server are in one partition, which keeps their order. */
  readonly #key = randomBytes(8).toString('hex');
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;

  constructor(client: KafkaClient, topic: string, limit: number, events: EngineEvents) {
    this.#client = client;
    this.#topic = topic;
    this.#limit = limit;
    this.#events = events;
    this.#parts = new Parts((payload) => this.#take(payload));
    this.#producer = new Reconnecting({
      open: (lost) => this.#openProducer(lost),
      close: (producer) => producer.disconnect(),
      failed: (error) => events.failed(error),
    });
  }

  async #openProducer(lost: (error: unknown) => void): Promise<KafkaProducer> {
    await this.#makeTopic();
    const producer = this.#client.producer({ retry: NO_RETRY, allowAutoTopicCreation: false, maxInFlightRequests: 1 });
    producer.on('producer.disconnect', () => lost(new Error('Kafka ended the connection')));
    await producer.connect();
    return producer;
  }

  async #makeTopic(): Promise<void> {
    const admin = this.#client.admin({ retry: NO_RETRY });
    try {
      await admin.connect();
      // Kafka deletes whole segments, but never the one that it writes to.
      const configEntries = ['retention.ms', 'segment.ms'].map((name) => ({ name, value: KEPT }));
      await admin.createTopics({ topics: [{ topic: this.#topic, numPartitions: 1, configEntries }] });
    } finally {
      await admin.disconnect().catch(nothing);
    }
  }

  async #openConsumer(lost: (error: unknown) => void): Promise<KafkaConsumer> {
    await this.#producer.ready();
    // It may have been deleted.
    await this.#makeTopic();
    // A group of its own each time: Kafka waits for lost members of a group before it lets others in.
    const groupId = `sio-${randomBytes(8).toString('hex')}`;
    const settings = { sessionTimeout: SESSION, maxWaitTimeInMs: POLL, allowAutoTopicCreation: false, retry: NO_RETRY };
    const consumer = this.#client.consumer({ groupId, ...settings });
    consumer.on('consumer.crash', ({ payload: { error } }) => lost(error));
    const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', resolve));
    const broken = new Promise<never>((_, reject) =>
      consumer.on('consumer.crash', ({ payload: { error } }) => reject(error)),
    );
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: false });
    const eachBatch = async ({ batch: { messages } }: { batch: { messages: readonly { value: Buffer | null }[] } }) => {
      for (const { value } of messages) if (value !== null) this.#parts.take(value);
    };
    await consumer.run({ autoCommit: false, eachBatch });
    await Promise.race([joined, broken]);
    return consumer;
  }

  #take(message: Buffer): void {
    const start = 2 + message.readUInt16BE(0);
    if (this.#subscribed.has(message.toString('utf8', 2, start))) this.#events.message(message.subarray(start));
  }

  connected(): Promise<unknown> {
    return this.#producer.ready();
  }

  publish(topic: string, payload: Buffer): Promise<unknown> {
    const name = Buffer.from(topic);
    const head = Buffer.allocUnsafe(2);
    head.writeUInt16BE(name.length);
    const parts = this.#parts.of(Buffer.concat([head, name, payload]), this.#limit);
    const sent = parts.map((value) => new Promise<void>((sent, failed) => this.#waiting.push({ value, sent, failed })));
    this.#sending ??= this.#send();
    return Promise.all(sent);
  }

  async #send(): Promise<void> {
    // All messages of this turn are sent together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#batchLength());
      try {
        const producer = this.#producer.current;
        if (producer === undefined) throw new Error('Kafka is not connected');
        const messages = batch.map(({ value }) => ({ key: this.#key, value }));
        await producer.send({ topic: this.#topic, acks: 1, messages });
        for (const { sent } of batch) sent();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#sending = undefined;
  }

  /** Kafka's limit is that of all messages which are sent together. */
  #batchLength(): number {
    let bytes = 0;
    const beyond = this.#waiting.findIndex(({ value }) => {
      bytes += value.length + RECORD;
      return bytes > this.#limit;
    });
    return beyond === -1 ? this.#waiting.length : Math.max(1, beyond);
  }

  async flush(): Promise<void> {
    await this.#sending;
  }

  async subscribe(topic: string): Promise<void> {
    this.#subscribed.add(topic);
    this.#consumer ??= new Reconnecting({
      open: (lost) => this.#openConsumer(lost),
      close: (consumer) => consumer.disconnect(),
      failed: (error) => this.#events.failed(error),
    });
    await this.#consumer.ready();
  }

  async unsubscribe(topic: string): Promise<void> {
    this.#subscribed.delete(topic);
  }

  async close(): Promise<void> {
    await inTime(this.flush(), FAREWELL);
    await Promise.all([this.#producer.close(), this.#consumer?.close()]);
  }
}

function nothing(): void {}
