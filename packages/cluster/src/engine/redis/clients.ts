/** Answers have buffers in place of texts: for version 4 of `redis`, and for later ones, where 36 is the type of texts. */
export const BUFFERS = { returnBuffers: true, typeMapping: { 36: Buffer } };

/** A command and its arguments. */
export type RedisArgs = readonly (string | Buffer)[];

/** Takes the bytes of a message. */
export type TakeMessage = (message: Buffer) => void;

/** A client of the package `redis`. */
export interface NodeRedis {
  readonly isOpen: boolean;
  readonly options?: { readonly socket?: Readonly<Record<string, unknown>> };
  duplicate(overrides: object): NodeRedis;
  connect(): Promise<unknown>;
  sendCommand(args: RedisArgs, options: object): Promise<unknown>;
  publish(channel: string, message: Buffer): Promise<unknown>;
  subscribe(channel: string, listener: TakeMessage, bufferMode: true): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  once(event: 'ready', listener: () => void): unknown;
  /** Version 5. */
  destroy?(): void;
  /** Version 4. */
  disconnect(): Promise<void>;
}

/** `createCluster()` of the package `redis`. */
export interface NodeRedisCluster {
  readonly isOpen: boolean;
  readonly slots: readonly ({ readonly master: object } | undefined)[];
  readonly nodeByAddress: ReadonlyMap<string, unknown>;
  duplicate(overrides: object): NodeRedisCluster;
  connect(): Promise<unknown>;
  nodeClient(node: object): Promise<NodeRedis>;
  subscribe(channels: readonly string[], listener: TakeMessage, bufferMode: true): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Version 5 tells errors of nodes apart. */
  on(event: 'error' | 'node-error', listener: (error: unknown) => void): unknown;
  destroy?(): void;
  disconnect(): Promise<void>;
}

/** `createSentinel()` of the package `redis`. */
export interface NodeRedisSentinel {
  connect(): Promise<unknown>;
  acquire(): Promise<{ sendCommand(isReadonly: boolean, args: RedisArgs, options: object): Promise<unknown> }>;
  subscribe(channels: readonly string[], listener: TakeMessage, bufferMode: true): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  destroy(): Promise<void>;
}

/** A client of the package `ioredis`. */
export interface IoRedis {
  readonly status: string;
  readonly options: { readonly host?: string; readonly port?: number; readonly sentinels?: readonly unknown[] | null };
  duplicate(overrides: object): IoRedis;
  connect(): Promise<void>;
  callBuffer(command: string, ...args: RedisArgs): Promise<unknown>;
  publish(channel: string, message: Buffer): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: 'error' | 'close', listener: (error: unknown) => void): unknown;
  on(event: 'messageBuffer', listener: (channel: Buffer, message: Buffer) => void): unknown;
  once(event: 'ready', listener: () => void): unknown;
  disconnect(): void;
}

/** `new Redis.Cluster()` of the package `ioredis`. */
export interface IoRedisCluster {
  readonly isCluster: true;
  readonly options: { readonly keyPrefix?: string | Buffer };
  /** The nodes of each slot, its master first. */
  readonly slots: readonly (readonly string[] | undefined)[];
  duplicate(nodes: readonly object[], overrides: object): IoRedisCluster;
  connect(): Promise<void>;
  nodes(role: 'all'): IoRedis[];
  on(event: 'error' | 'node error', listener: (error: unknown) => void): unknown;
  disconnect(): void;
}

export function isNodeRedisCluster(client: unknown): client is NodeRedisCluster {
  const { duplicate, nodeByAddress } = (client ?? {}) as Partial<NodeRedisCluster>;
  return typeof duplicate === 'function' && nodeByAddress instanceof Map;
}

export function isNodeRedisSentinel(client: unknown): client is NodeRedisSentinel {
  const { acquire, subscribe } = (client ?? {}) as Partial<NodeRedisSentinel>;
  return typeof acquire === 'function' && typeof subscribe === 'function' && !isNodeRedis(client);
}

export function isNodeRedis(client: unknown): client is NodeRedis {
  const { duplicate, isOpen } = (client ?? {}) as Partial<NodeRedis>;
  return typeof duplicate === 'function' && typeof isOpen === 'boolean';
}

export function isIoRedisCluster(client: unknown): client is IoRedisCluster {
  const { duplicate, isCluster } = (client ?? {}) as Partial<IoRedisCluster>;
  return typeof duplicate === 'function' && isCluster === true;
}

export function isIoRedis(client: unknown): client is IoRedis {
  const { duplicate, status } = (client ?? {}) as Partial<IoRedis>;
  return typeof duplicate === 'function' && typeof status === 'string';
}
