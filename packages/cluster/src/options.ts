import { hostname } from 'node:os';
import { inspect } from 'node:util';
import type { PeerTls } from '@sio/core/adapter';
import type { ClusterEngine } from './engine/engine.js';
import type { AlongsideFactory } from './migration/contracts.js';

/** Options of {@link cluster}. */
export interface ClusterOptions {
  /**
   * The server's name in `io.cluster.nodes`, in events and in errors.
   * @default host name and process id
   */
  readonly name?: string | undefined;
  /**
   * The prefix of all topic names. Clusters with different prefixes can share a broker without exchanging messages.
   * @default 'sio'
   */
  readonly prefix?: string | undefined;
  /**
   * The URL at which the other servers reach this one, such as `http://10.0.0.7:3000`, or a function that returns it once the server
   * listens. With it, load balancers need not be sticky: session ids name their server, and any other server forwards requests to it.
   * @default none: requests are not forwarded
   */
  readonly url?: string | (() => string | undefined) | undefined;
  /**
   * Forwards requests in another way than over HTTP to `url`: `'broker'` sends them as messages of the cluster's own engine. An engine, such as
   * `workers()` of `@sio/cluster/workers` for the workers of one machine, sends them to the servers that it reaches; all others are reached at
   * their `url`. Use it for servers that share a port, so that no URL leads to one of them.
   * @default HTTP to `url`
   */
  readonly forward?: 'broker' | ClusterEngine | undefined;
  /**
   * TLS settings for servers whose `url` begins with `https:`. `ca` is your own certificate authority, `cert` and `key` are the client
   * certificate for servers that require one, and `servername` is the name in their certificate if it differs from the host in the URL.
   * @default the certificate authorities that Node trusts
   */
  readonly tls?: PeerTls | undefined;
  /**
   * The adapter of servers that have not moved to the cluster yet: `createAdapter(pub, sub)` or `createShardedAdapter(pub, sub)` of
   * `@socket.io/redis-adapter`, or `createAdapter(client)` of `@socket.io/redis-streams-adapter`, with their options and clients of `redis` or `ioredis`. The
   * server exchanges messages with them over this adapter, and with servers that have moved over the cluster. It cannot be combined with `history`
   * or `connectionStateRecovery`.
   * @default none
   */
  readonly alongside?: AlongsideFactory | undefined;
  /**
   * Time that other servers have to answer a request such as `fetchSockets()`.
   * @unit ms
   * @default 5000
   */
  readonly requestTimeout?: number | undefined;
  /**
   * Time between two heartbeats of this server.
   * @unit ms
   * @default 1000
   */
  readonly heartbeatInterval?: number | undefined;
  /**
   * Time without a heartbeat after which a server counts as silent: requests such as `fetchSockets()` do not wait for it.
   * @unit ms
   * @default 3000
   */
  readonly silentAfter?: number | undefined;
  /**
   * Time without a heartbeat after which a server counts as gone and leaves `io.cluster.nodes`.
   * @unit ms
   * @default 10000
   */
  readonly goneAfter?: number | undefined;
  /**
   * Time between two canaries: messages from this server to itself, which test that the broker and its subscriptions work.
   * @unit ms
   * @default 500
   */
  readonly canaryInterval?: number | undefined;
  /**
   * Time in which a canary must return. After that, the state is `down`.
   * @unit ms
   * @default 1000
   */
  readonly canaryTimeout?: number | undefined;
  /**
   * Time for the first connection to the broker. Events that are emitted earlier wait for it; afterwards they are lost for clients of other servers.
   * @unit ms
   * @default 10000
   */
  readonly connectTimeout?: number | undefined;
  /**
   * Time without any sign of the broker after which its connections count as dead, and are replaced by new ones. It doubles with each
   * attempt, up to a minute.
   * @unit ms
   * @default 10000
   */
  readonly renewAfter?: number | undefined;
  /**
   * The size of all messages that the broker has not taken yet, or that wait for the first connection. Further ones are lost for clients of other
   * servers, and counted.
   * @unit bytes
   * @default 134217728
   */
  readonly maxUnsentBytes?: number | undefined;
}

type Optional = 'url' | 'tls' | 'forward' | 'alongside';

/** The same with every default filled in. */
export type ClusterSettings = Pick<ClusterOptions, Optional> & {
  readonly [Name in keyof Omit<ClusterOptions, Optional>]-?: NonNullable<ClusterOptions[Name]>;
};

const DURATIONS = [
  'requestTimeout',
  'heartbeatInterval',
  'silentAfter',
  'goneAfter',
  'canaryInterval',
  'canaryTimeout',
  'connectTimeout',
  'renewAfter',
] as const;

/** @throws RangeError for a duration that is not a positive number. @throws TypeError for an invalid `forward`. */
export function settingsOf(options: ClusterOptions): ClusterSettings {
  const settings = {
    name: options.name ?? `${hostname()}:${process.pid}`,
    prefix: options.prefix ?? 'sio',
    url: options.url,
    tls: options.tls,
    forward: options.forward,
    alongside: options.alongside,
    requestTimeout: options.requestTimeout ?? 5000,
    heartbeatInterval: options.heartbeatInterval ?? 1000,
    silentAfter: options.silentAfter ?? 3000,
    goneAfter: options.goneAfter ?? 10_000,
    canaryInterval: options.canaryInterval ?? 500,
    canaryTimeout: options.canaryTimeout ?? 1000,
    connectTimeout: options.connectTimeout ?? 10_000,
    renewAfter: options.renewAfter ?? 10_000,
    maxUnsentBytes: options.maxUnsentBytes ?? 128 * 1024 * 1024,
  };
  for (const name of DURATIONS) {
    const value = settings[name];
    if (typeof value === 'number' && value > 0 && value < 2 ** 31) continue;
    throw new RangeError(
      `option ${name} must be a number of milliseconds above 0, not ${inspect(value, { depth: -1 })}`,
    );
  }
  const { maxUnsentBytes } = settings;
  if (!(maxUnsentBytes > 0)) {
    throw new RangeError(
      `option maxUnsentBytes must be a number of bytes above 0, not ${inspect(maxUnsentBytes, { depth: -1 })}`,
    );
  }
  const { forward } = options;
  if (forward !== undefined && forward !== 'broker' && typeof forward?.open !== 'function') {
    const given = inspect(forward, { depth: -1 });
    throw new TypeError(`option forward must be 'broker' or an engine such as redis(client), not ${given}`);
  }
  return settings;
}
