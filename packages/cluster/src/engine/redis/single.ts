import { FAREWELL, inTime } from '../broker-calls.js';
import type { EngineEvents, EngineLink } from '../engine.js';
import { noLog } from '../log.js';
import { BUFFERS, type IoRedis, type NodeRedis } from './clients.js';
import { positioned, RedisLog } from './log.js';

/** The longest time (ms) between two attempts to reconnect. */
const MOST_PATIENCE = 500;

function patience(attempts: number): number {
  return Math.min(attempts * 50, MOST_PATIENCE);
}

/** A link to one Redis, by the package `redis`. */
export function openNodeRedis(client: NodeRedis, events: EngineEvents): EngineLink {
  const failed = (error: unknown) => events.failed(error);
  const socket = { reconnectStrategy: patience, ...client.options?.socket };
  const copy = (overrides: object) => {
    // With `legacyMode` of version 4, calls would not return promises.
    const own = client.duplicate({ socket, legacyMode: false, ...overrides });
    own.on('error', failed);
    own.connect().catch(failed);
    return own;
  };
  // A message that cannot be published now is lost, because it would arrive much later, after newer ones.
  const pub = copy({ disableOfflineQueue: true });
  const ready = new Promise<void>((resolve) => pub.once('ready', resolve));
  const sub = copy({ disableOfflineQueue: false });
  const message = (bytes: Buffer) => take(bytes, events);
  return {
    connected: () => ready,
    log: new RedisLog((args) => pub.sendCommand(args, BUFFERS).catch(refuse)),
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

/** The same by the package `ioredis`, whose clients also find a master by its sentinels. */
export function openIoRedis(client: IoRedis, events: EngineEvents): EngineLink {
  const failed = (error: unknown) => events.failed(error);
  // Pipelines would overtake each other. Sentinels report a new master also while connections to the old one are open.
  const settings = {
    retryStrategy: patience,
    maxRetriesPerRequest: null,
    enableAutoPipelining: false,
    failoverDetector: Array.isArray(client.options.sentinels),
  };
  const copy = (overrides: object) => {
    const own = client.duplicate({ ...settings, ...overrides });
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
    log: new RedisLog(([command, ...args]) => pub.callBuffer(command as string, ...args).catch(refuse)),
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

/** @throws Error that is told once where a client of one Redis is connected to a node of a Redis Cluster. */
function refuse(error: unknown): never {
  if (!(error instanceof Error) || !/^(MOVED|CROSSSLOT) ?/.test(error.message)) throw error;
  throw noLog(new Error('Redis is a node of a Redis Cluster: pass redis() a client of the cluster', { cause: error }));
}

function take(bytes: Buffer, events: EngineEvents): void {
  const { payload, position, place } = positioned(bytes);
  events.message(payload, position, place);
}

function nothing(): void {}
