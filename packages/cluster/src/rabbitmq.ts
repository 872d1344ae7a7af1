/**
 * RabbitMQ as the broker of a cluster, with the package `amqplib`.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { ClusterEngine, EngineEvents, EngineLink } from './engine/engine.js';
import { Reconnecting } from './engine/reconnecting.js';
import { refusals } from './engine/refusals.js';

/** A channel of the package `amqplib`, as far as the engine uses it. */
export interface RabbitChannel {
  /** Creates an exchange. */
  assertExchange(name: string, type: string, options: object): Promise<unknown>;
  /** Creates a queue. */
  assertQueue(name: string, options: object): Promise<{ readonly queue: string }>;
  /** Checks that a queue exists. */
  checkQueue(name: string): Promise<unknown>;
  /** Routes messages with a key to a queue. */
  bindQueue(queue: string, exchange: string, key: string): Promise<unknown>;
  /** The opposite of {@link bindQueue}. */
  unbindQueue(queue: string, exchange: string, key: string): Promise<unknown>;
  /** Receives the messages of a queue. */
  consume(
    queue: string,
    listener: (message: { readonly content: Buffer } | null) => void,
    options: object,
  ): Promise<unknown>;
  /** Sends a message. */
  publish(exchange: string, key: string, content: Buffer, options: object): boolean;
  /** Closes the channel after all messages are sent. */
  close(): Promise<void>;
  /** `error`, `close`. */
  on(event: string, listener: (error: unknown) => void): unknown;
}

/** A connection of the package `amqplib`, as far as the engine uses it. */
export interface RabbitConnection {
  /** Opens a channel. */
  createChannel(): Promise<RabbitChannel>;
  /** Closes the connection. */
  close(): Promise<void>;
  /** `error`, `close`, `blocked`, `unblocked`. */
  on(event: string, listener: (error: unknown) => void): unknown;
}

interface Open {
  readonly connection: RabbitConnection;
  readonly channel: RabbitChannel;
  readonly queue: string;
  /** Why RabbitMQ takes no messages: it lacks memory or space. */
  blocked: Error | undefined;
}

/** Wrong credentials, an unknown virtual host, a missing permission, an exchange of another kind. */
const isRefusal = refusals(/^\S+ (403|406|530) | (403|406|530) \(|: Expected ConnectionOpenOk/);

/** Options of {@link rabbitmq}. */
export interface RabbitOptions {
  /**
   * The exchange that all servers share.
   * @default 'sio'
   */
  readonly exchange?: string | undefined;
}

/**
 * Uses RabbitMQ as the broker: `cluster(rabbitmq(() => connect(url)))`. Each server has a queue of its own, which is deleted with its
 * connection. The engine reconnects by itself.
 *
 * @param connect returns a new connection of `amqplib`.
 */
export function rabbitmq(
  connect: () => PromiseLike<RabbitConnection>,
  { exchange = 'sio' }: RabbitOptions = {},
): ClusterEngine {
  return { name: 'rabbitmq', isRefusal, open: (events) => new RabbitLink(connect, exchange, events) };
}

class RabbitLink implements EngineLink {
  readonly #exchange: string;
  readonly #connection: Reconnecting<Open>;
  readonly #keys = new Set<string>();

  constructor(connect: () => PromiseLike<RabbitConnection>, exchange: string, events: EngineEvents) {
    this.#exchange = exchange;
    this.#connection = new Reconnecting({
      open: (lost) => this.#open(connect, events, lost),
      async close({ connection, channel }) {
        // If only the connection were closed, it would end before the channel has sent everything.
        await channel.close().catch(() => {});
        await connection.close();
      },
      failed: (error) => events.failed(error),
    });
  }

  async #open(
    connect: () => PromiseLike<RabbitConnection>,
    events: EngineEvents,
    lost: (error: unknown) => void,
  ): Promise<Open> {
    const connection = await connect();
    connection.on('error', lost);
    connection.on('close', lost);
    const channel = await connection.createChannel();
    channel.on('error', lost);
    channel.on('close', lost);
    await channel.assertExchange(this.#exchange, 'direct', { durable: false, autoDelete: true });
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
    for (const key of this.#keys) await channel.bindQueue(queue, this.#exchange, key);
    const take = (message: { readonly content: Buffer } | null) => {
      // The queue was deleted.
      if (message === null) lost(new Error('RabbitMQ deleted the queue'));
      else events.message(message.content);
    };
    await channel.consume(queue, take, { noAck: true, exclusive: true });
    const open: Open = { connection, channel, queue, blocked: undefined };
    connection.on('blocked', (reason) => {
      open.blocked = new Error(`RabbitMQ takes no messages: ${reason}`);
      events.failed(open.blocked);
    });
    connection.on('unblocked', () => {
      open.blocked = undefined;
    });
    return open;
  }

  connected(): Promise<unknown> {
    return this.#connection.ready();
  }

  async publish(topic: string, payload: Buffer): Promise<void> {
    const open = this.#connection.current;
    if (open === undefined) throw new Error('RabbitMQ is not connected');
    if (open.blocked !== undefined) throw open.blocked;
    open.channel.publish(this.#exchange, keyOf(topic), payload, { deliveryMode: 1 });
  }

  /** The answer arrives after everything that was published before the request. */
  async flush(): Promise<void> {
    const open = this.#connection.current;
    await open?.channel.checkQueue(open.queue);
  }

  async subscribe(topic: string): Promise<void> {
    const key = keyOf(topic);
    this.#keys.add(key);
    const { channel, queue } = await this.#connection.ready();
    // The room may be empty again.
    if (!this.#keys.has(key)) return;
    await channel.bindQueue(queue, this.#exchange, key);
  }

  async unsubscribe(topic: string): Promise<void> {
    const key = keyOf(topic);
    this.#keys.delete(key);
    const open = this.#connection.current;
    await open?.channel.unbindQueue(open.queue, this.#exchange, key);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** A routing key has 255 bytes at most. */
function keyOf(topic: string): string {
  return createHash('sha1').update(topic).digest('hex');
}
