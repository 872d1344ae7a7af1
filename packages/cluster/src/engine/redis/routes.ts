import {
  BUFFERS,
  type IoRedis,
  type IoRedisCluster,
  type NodeRedis,
  type NodeRedisCluster,
  type NodeRedisSentinel,
  type RedisArgs,
  type TakeMessage,
} from './clients.js';

/** A connection for commands. */
export interface CommandConnection {
  /** Answers have buffers in place of texts. */
  command(args: RedisArgs): Promise<unknown>;
  close(): void;
}

/** A connection for subscriptions. */
export interface SubscriberConnection {
  subscribe(topics: readonly string[]): Promise<unknown>;
  unsubscribe(topic: string): Promise<unknown>;
  close(): void;
}

/** Finds the right nodes, whichever these are at the moment. */
export interface Route {
  /** Begins all keys: the client adds it. */
  readonly keyPrefix: string;
  /** Connects to the node that takes commands for a slot. @param lost must be called when that connection breaks. */
  commands(slot: number, lost: (error: unknown) => void): Promise<CommandConnection>;
  /** Connects to a node that receives what is published anywhere. @param lost the same. */
  subscriber(take: TakeMessage, lost: (error: unknown) => void): Promise<SubscriberConnection>;
}

/** Time (ms) for finding and connecting: a node that froze takes connections, and does not answer. */
const OPEN_TIME = 5000;

/** @throws Error when it takes too long. */
async function answeredInTime<T>(result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis does not answer within ${OPEN_TIME} ms`)), OPEN_TIME);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unserved(slot: number): Error {
  return new Error(`No node of the Redis Cluster serves slot ${slot}`);
}

/** The nodes of a cluster: those that the application names may all be dead, while others live. */
class KnownNodes {
  #known: readonly { readonly host: string; readonly port: number }[] = [];
  /** Those that the application names have failed last. */
  #isTurn = false;

  /** Where to look next; undefined: where the application says. */
  next(): readonly { readonly host: string; readonly port: number }[] | undefined {
    return this.#isTurn && this.#known.length > 0 ? this.#known : undefined;
  }

  failed(): void {
    this.#isTurn = !this.#isTurn;
  }

  are(addresses: readonly string[]): void {
    this.#known = addresses.map((address) => {
      const colon = address.lastIndexOf(':');
      return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    });
  }
}

/** With `createCluster()` of `redis`. Its own clients would try the address of a dead node for ever. */
export class NodeRedisClusterRoute implements Route {
  readonly keyPrefix = '';
  readonly #given: NodeRedisCluster;
  /** The application's settings of a node's client, known from the first one: version 4 does not tell them. */
  #defaults: object | undefined;
  readonly #known = new KnownNodes();

  constructor(given: NodeRedisCluster) {
    this.#given = given;
  }

  async #find(lost: (error: unknown) => void): Promise<NodeRedisCluster> {
    const defaults = this.#defaults;
    const rootNodes = this.#known.next()?.map((socket) => ({ socket }));
    const cluster = this.#given.duplicate({
      minimizeConnections: true,
      ...(rootNodes !== undefined && { rootNodes }),
      ...(defaults !== undefined && { defaults }),
    });
    let isFound = false;
    let reason: unknown;
    const failed = (error: unknown) => {
      reason = error;
      if (isFound) lost(error);
    };
    cluster.on('error', failed);
    cluster.on('node-error', failed);
    try {
      await answeredInTime(cluster.connect());
      isFound = true;
      this.#known.are([...cluster.nodeByAddress.keys()]);
      return cluster;
    } catch (error) {
      this.#known.failed();
      end(cluster);
      throw reason ?? error;
    }
  }

  async commands(slot: number, lost: (error: unknown) => void): Promise<CommandConnection> {
    const cluster = await this.#find(lost);
    try {
      const owner = cluster.slots[slot];
      if (owner === undefined) throw unserved(slot);
      const client = await answeredInTime(cluster.nodeClient(owner.master));
      this.#defaults ??= settingsOf(client);
      return { command: (args) => client.sendCommand(args, BUFFERS), close: () => end(cluster) };
    } catch (error) {
      end(cluster);
      throw error;
    }
  }

  async subscriber(take: TakeMessage, lost: (error: unknown) => void): Promise<SubscriberConnection> {
    const cluster = await this.#find(lost);
    return {
      subscribe: (topics) => cluster.subscribe(topics, take, true),
      unsubscribe: (topic) => cluster.unsubscribe(topic),
      close: () => end(cluster),
    };
  }
}

function settingsOf({ options = {} }: NodeRedis): object {
  const { host: _host, port: _port, ...socket } = options.socket ?? {};
  return { ...options, socket: { ...socket, reconnectStrategy: false } };
}

function end(cluster: NodeRedisCluster): void {
  if (cluster.destroy === undefined) cluster.disconnect().catch(nothing);
  else cluster.destroy();
}

/** With `new Redis.Cluster()` of `ioredis`, which sends what has no key to any node, so that its order is lost. */
export class IoRedisClusterRoute implements Route {
  readonly keyPrefix: string;
  readonly #given: IoRedisCluster;
  readonly #known = new KnownNodes();

  constructor(given: IoRedisCluster) {
    this.#given = given;
    this.keyPrefix = String(given.options.keyPrefix ?? '');
  }

  async #connect(
    pick: (cluster: IoRedisCluster) => IoRedis | undefined,
    lost: (error: unknown) => void,
    none: () => Error,
  ): Promise<{ node: IoRedis; close: () => void }> {
    const options = {
      lazyConnect: true,
      clusterRetryStrategy: null,
      enableReadyCheck: false,
      shardedSubscribers: false,
    };
    const cluster = this.#given.duplicate(this.#known.next() ?? [], options);
    let reason: unknown;
    const failed = (error: unknown) => {
      reason = error;
    };
    cluster.on('error', failed);
    cluster.on('node error', failed);
    try {
      await answeredInTime(cluster.connect());
      this.#known.are(cluster.nodes('all').map(({ options: { host, port } }) => `${host}:${port}`));
      const node = pick(cluster)?.duplicate({ ...ONE_CONNECTION, keyPrefix: this.#given.options.keyPrefix });
      if (node === undefined) throw none();
      let isOpen = false;
      node.on('error', failed);
      node.on('close', () => isOpen && lost(reason));
      const close = () => {
        isOpen = false;
        node.disconnect();
      };
      await answeredInTime(node.connect()).catch((error) => {
        close();
        throw error;
      });
      isOpen = true;
      return { node, close };
    } catch (error) {
      this.#known.failed();
      throw reason ?? error;
    } finally {
      cluster.disconnect();
    }
  }

  async commands(slot: number, lost: (error: unknown) => void): Promise<CommandConnection> {
    const master = (cluster: IoRedisCluster) => {
      const [address] = cluster.slots[slot] ?? [];
      return cluster.nodes('all').find(({ options: { host, port } }) => `${host}:${port}` === address);
    };
    const { node, close } = await this.#connect(master, lost, () => unserved(slot));
    return { command: ([command, ...args]) => node.callBuffer(command as string, ...args), close };
  }

  async subscriber(take: TakeMessage, lost: (error: unknown) => void): Promise<SubscriberConnection> {
    const any = (cluster: IoRedisCluster) => {
      const nodes = cluster.nodes('all');
      return nodes[Math.floor(Math.random() * nodes.length)];
    };
    const { node, close } = await this.#connect(any, lost, () => new Error('The Redis Cluster has no node'));
    node.on('messageBuffer', (_channel, message) => take(message));
    return {
      subscribe: (topics) => node.subscribe(...topics),
      unsubscribe: (topic) => node.unsubscribe(topic),
      close,
    };
  }
}

/** A connection that ends where it breaks: another one may have to go elsewhere. */
const ONE_CONNECTION = {
  lazyConnect: true,
  retryStrategy: null,
  reconnectOnError: null,
  readOnly: false,
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  autoResendUnfulfilledCommands: false,
  enableAutoPipelining: false,
};

/** What `redis` says when a server ends a connection. */
const CLOSED = 'Socket closed unexpectedly';

/** With `createSentinel()` of `redis`, which finds the master itself. */
export class SentinelRoute implements Route {
  readonly keyPrefix = '';
  readonly #make: () => NodeRedisSentinel;

  constructor(make: () => NodeRedisSentinel) {
    this.#make = make;
  }

  async #connect(lost: (error: unknown) => void): Promise<NodeRedisSentinel> {
    const sentinel = this.#make();
    let isOpen = false;
    let reason: unknown;
    sentinel.on('error', (error) => {
      reason = error;
      // Its connection for subscriptions. That a sentinel is gone is no reason to leave the master.
      if (isOpen && error instanceof Error && error.message === CLOSED) lost(error);
    });
    try {
      await answeredInTime(sentinel.connect());
      isOpen = true;
      return sentinel;
    } catch (error) {
      sentinel.destroy().catch(nothing);
      throw reason ?? error;
    }
  }

  async commands(_slot: number, lost: (error: unknown) => void): Promise<CommandConnection> {
    const sentinel = await this.#connect(lost);
    // Without a client of its own, commands of the same turn do not keep their order.
    const client = await sentinel.acquire();
    return {
      command: (args) => client.sendCommand(false, args, BUFFERS),
      close: () => void sentinel.destroy().catch(nothing),
    };
  }

  async subscriber(take: TakeMessage, lost: (error: unknown) => void): Promise<SubscriberConnection> {
    const sentinel = await this.#connect(lost);
    return {
      subscribe: (topics) => sentinel.subscribe(topics, take, true),
      unsubscribe: (topic) => sentinel.unsubscribe(topic),
      close: () => void sentinel.destroy().catch(nothing),
    };
  }
}

function nothing(): void {}
