/**
 * Redis as the broker of a cluster, with the packages `redis` (4 and later) or `ioredis` (5 and later).
 *
 * @module
 */
import { inspect } from 'node:util';
import { FAREWELL, inTime } from './engine/broker-calls.js';
import type { ClusterEngine, EngineEvents, EngineLink } from './engine/engine.js';
import { positioned, RedisLog } from './engine/redis/log.js';
import { refusals } from './engine/refusals.js';

/** A client of the package `redis` or `ioredis`. The engine duplicates it and never uses its connection. */
export interface RedisClient {
  /** Returns a client with the same settings. */
  duplicate(...args: never[]): unknown;
}

/** The longest time (ms) between two attempts to reconnect. */
const MOST_PATIENCE = 500;

/** Wrong credentials, commands or channels that the user may not use, an unknown database. */
const isRefusal = refusals(/: (WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR DB index)/);

/** Answers have buffers in place of texts: for version 4, and for later ones, where 36 is the type of texts. */
const BUFFERS = { returnBuffers: true, typeMapping: { 36: Buffer } };

interface NodeRedis {
  readonly isOpen: boolean;
  readonly options?: { readonly socket?: { readonly reconnectStrategy?: unknown } };
  duplicate(overrides: object): NodeRedis;
  connect(): Promise<unknown>;
  sendCommand(args: readonly (string | Buffer)[], options: object): Promise<unknown>;
  publish(channel: string, message: Buffer): Promise<unknown>;
  subscribe(channel: string, listener: (message: Buffer) => void, bufferMode: true): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  once(event: 'ready', listener: () => void): unknown;
  /** Version 5. */
  destroy?(): void;
  /** Version 4. */
  disconnect(): Promise<void>;
}

interface IoRedis {
  readonly status: string;
  duplicate(overrides: object): IoRedis;
  connect(): Promise<void>;
  callBuffer(command: string, ...args: readonly (string | Buffer)[]): Promise<unknown>;
  publish(channel: string, message: Buffer): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: 'error' | 'close', listener: (error: unknown) => void): unknown;
  on(event: 'messageBuffer', listener: (channel: Buffer, message: Buffer) => void): unknown;
  once(event: 'ready', listener: () => void): unknown;
  disconnect(): void;
}

/**
 * Uses Redis as the broker: `cluster(redis(client))`. The engine duplicates the client twice, to publish and to subscribe, and connects the
 * copies itself; the client need not be connected.
 *
 * @param client a client of `redis` or `ioredis`.
 * @throws TypeError for anything else.
 */
export function redis(client: RedisClient): ClusterEngine {
  if (isIoRedis(client)) return { name: 'redis', isRefusal, open: (events) => openIoRedis(client, events) };
  if (isNodeRedis(client)) return { name: 'redis', isRefusal, open: (events) => openNodeRedis(client, events) };
  const given = inspect(client, { depth: -1 });
  throw new TypeError(`redis(client): the client must be of the package redis or ioredis, not ${given}`);
}

function isNodeRedis(client: unknown): client is NodeRedis {
  const { duplicate, isOpen } = (client ?? {}) as Partial<NodeRedis>;
  return typeof duplicate === 'function' && typeof isOpen === 'boolean';
}

function isIoRedis(client: unknown): client is IoRedis {
  const { duplicate, status } = (client ?? {}) as Partial<IoRedis>;
  return typeof duplicate === 'function' && typeof status === 'string';
}

function patience(attempts: number): number {
  return Math.min(attempts * 50, MOST_PATIENCE);
}

function openNodeRedis(client: NodeRedis, events: EngineEvents): EngineLink {
  const failed = (error: unknown) => events.failed(error);
  const socket = { reconnectStrategy: patience, ...client.options?.socket };
  const copy = (overrides: object) => {
    const own = client.duplicate({ socket, ...overrides });
    own.on('error', failed);
    own.connect().catch(failed);
    return own;
  };
  // A message that cannot be published now is lost, because it would arrive much later, after newer ones.
  const pub = copy({ disableOfflineQueue: true });
  const ready = new Promise<void>((resolve) => pub.once('ready', resolve));
  const sub = copy({});
  const message = (bytes: Buffer) => take(bytes, events);
  return {
    connected: () => ready,
    log: new RedisLog((args) => pub.sendCommand(args, BUFFERS)),
    publish: (topic, payload) => pub.publish(topic, payload),
    subscribe: (topic) => sub.subscribe(topic, message, true),
    unsubscribe: (topic) => sub.unsubscribe(topic),
    async close() {
      // When a command is answered, everything before it has been sent.
      await inTime(pub.publish('', Buffer.alloc(0)), FAREWELL);
      for (const each of [pub, sub]) {
        if (each.destroy !== undefined) each.destroy();
        else await each.disconnect().catch(nothing);
      }
    },
  };
}

function openIoRedis(client: IoRedis, events: EngineEvents): EngineLink {
  const failed = (error: unknown) => events.failed(error);
  const copy = (overrides: object) => {
    const own = client.duplicate({ retryStrategy: patience, maxRetriesPerRequest: null, ...overrides });
    own.on('error', failed);
    own.on('close', failed);
    // Its events say why it cannot connect.
    if (own.status === 'wait') own.connect().catch(nothing);
    return own;
  };
  const pub = copy({ enableOfflineQueue: false, autoResendUnfulfilledCommands: false });
  const ready = new Promise<void>((resolve) => pub.once('ready', resolve));
  const sub = copy({ enableOfflineQueue: true, autoResubscribe: true });
  sub.on('messageBuffer', (_channel, bytes) => take(bytes, events));
  return {
    connected: () => ready,
    log: new RedisLog(([command, ...args]) => pub.callBuffer(command as string, ...args)),
    publish: (topic, payload) => pub.publish(topic, payload),
    subscribe: (topic) => sub.subscribe(topic),
    unsubscribe: (topic) => sub.unsubscribe(topic),
    async close() {
      // The same.
      await inTime(pub.publish('', Buffer.alloc(0)), FAREWELL);
      pub.disconnect();
      sub.disconnect();
    },
  };
}

function take(bytes: Buffer, events: EngineEvents): void {
  const { payload, position, place } = positioned(bytes);
  events.message(payload, position, place);
}

function nothing(): void {}
