import { hostname } from 'node:os';
import { inspect } from 'node:util';
import type { PeerTls } from '@sio/core/adapter';
import type { ClusterEngine } from './engine/engine.js';
import type { AlongsideFactory } from './migration/contracts.js';

/** How a server takes part in a cluster. */
export interface ClusterOptions {
  /**
   * The server's name in `io.cluster.nodes`, in events and in errors.
   * @default host name and process id
   */
  readonly name?: string | undefined;
  /**
   * Begins the names of all topics. Clusters with different prefixes share a broker without hearing each other.
   * @default 'sio'
   */
  readonly prefix?: string | undefined;
  /**
   * The address under which the other servers reach this one, such as `http://10.0.0.7:3000`, or a function that gives it once the server
   * listens. With it, balancers need not be sticky: session ids name their server, and any other server passes requests on.
   */
  readonly url?: string | (() => string | undefined) | undefined;
  /**
   * Another way to pass requests on than over HTTP to `url`: `'broker'`, as messages of the cluster's own engine, or an engine that reaches
   * some of the servers, such as `workers()` of `@sio/cluster/workers` among the workers of one machine. For servers that share a port, so
   * that no address leads to one of them. The others are still reached at their `url`.
   * @default HTTP
   */
  readonly forward?: 'broker' | ClusterEngine | undefined;
  /**
   * TLS towards servers whose `url` begins with `https:`: `ca` for certificates of your own authority, `cert` and `key` for servers that
   * ask for a certificate, `servername` where all share one that is for another name than that in the URL.
   * @default the authorities that Node trusts
   */
  readonly tls?: PeerTls | undefined;
  /**
   * The adapter of servers that have not moved to the cluster yet: `createAdapter(pub, sub)` of `@socket.io/redis-adapter`, with their options. The
   * server speaks with them by it, and with servers that have left it through the cluster. Not with `history` and `connectionStateRecovery`.
   * @default none
   */
  readonly alongside?: AlongsideFactory | undefined;
  /**
   * Time that other servers have to answer a question.
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
   * Time without a heartbeat after which a server counts as silent: questions do not wait for it.
   * @unit ms
   * @default 3000
   */
  readonly silentAfter?: number | undefined;
  /**
   * Time without a heartbeat after which a server is given up.
   * @unit ms
   * @default 10000
   */
  readonly goneAfter?: number | undefined;
  /**
   * Time between two canaries: messages to itself with which this server proves that the broker and its subscriptions work.
   * @unit ms
   * @default 500
   */
  readonly canaryInterval?: number | undefined;
  /**
   * Time that a canary may take before the broker counts as away.
   * @unit ms
   * @default 1000
   */
  readonly canaryTimeout?: number | undefined;
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
  };
  for (const name of DURATIONS) {
    const value = settings[name];
    if (typeof value === 'number' && value > 0 && value < 2 ** 31) continue;
    throw new RangeError(
      `option ${name}: a number of milliseconds above 0 is expected, not ${inspect(value, { depth: -1 })}`,
    );
  }
  const { forward } = options;
  if (forward !== undefined && forward !== 'broker' && typeof forward?.open !== 'function') {
    const given = inspect(forward, { depth: -1 });
    throw new TypeError(`option forward: 'broker' or an engine such as redis(client) is expected, not ${given}`);
  }
  return settings;
}
