import { LimitExceeded } from '../../internal/coded-error.js';
import { OptionError } from '../../internal/option-error.js';
import { shown } from '../../internal/shown.js';
import { checkRate, type Rate, TokenBucket } from '../../internal/token-bucket.js';
import { networkOf } from '../../virtual-socket/unjoined-connections.js';
import type { ClientLike, MethodResolver, RateLimitsLike, SocketLike } from '../contracts.js';
import { kFail, kMethods } from '../symbols.js';
import { checkEventRate, type EventRate } from './event-rate.js';
import { ClientError } from './refusal.js';

/** Rate limits for events and joins. A client that exceeds one gets an error, and is disconnected if it goes on. */
export interface RateLimitOptions {
  /** The rate of all events of one connection, in all its namespaces together. @default none */
  readonly connection?: Rate;
  /** The rate of all events of the connections of one IP address (of IPv6: of one /64 network). @default none */
  readonly address?: Rate;
  /**
   * The rates of single events, by name. For a class, the name is that of the event or of its method, in any spelling. For a
   * listener, it is the exact name. A class can declare its rates with `static limits` instead.
   */
  readonly events?: Readonly<Record<string, EventRate>>;
  /**
   * The rate at which one connection may try to join further namespaces; `false` for no limit. Each attempt runs the middlewares.
   * @default `{ burst: 200, perSecond: 20 }`
   */
  readonly joins?: Rate | false;
  /**
   * Whether `address` counts the events of an address on this server, or on all servers of a cluster. The servers exchange their
   * counts ten times a second. While the broker is down, each server counts for itself. @default 'server'
   */
  readonly scope?: 'server' | 'cluster';
  /** Consecutive refusals after which the connection is ended. @unit events @default 100 */
  readonly closeAfter?: number;
}

/** The defaults of {@link RateLimitOptions}. */
export const rateDefaults = Object.freeze({
  joins: Object.freeze({ burst: 200, perSecond: 20 }),
  scope: 'server',
  closeAfter: 100,
} as const);

/** A rate under the name that the options have for it. */
interface NamedRate {
  readonly name: string;
  readonly rate: EventRate;
}

/** The spending of one connection. */
class Spending {
  readonly connection = new TokenBucket();
  readonly joins = new TokenBucket();
  readonly events = new Map<unknown, TokenBucket>();
  /** In a row. */
  refusals = 0;
}

/** Addresses that are remembered before those which have not spent anything for a while are forgotten. */
const MANY = 10_000;

/** Counts what clients do, once it is told to. */
export class RateLimits implements RateLimitsLike {
  /** Whether events have to be counted at all. */
  readonly countsEvents: boolean;
  /** Other servers are told what addresses spend. */
  readonly isShared: boolean;
  /** Takes what an address has spent, for other servers. */
  onSpent: ((network: string, tokens: number) => void) | undefined = undefined;
  readonly #options: RateLimitOptions;
  readonly #events: ReadonlyMap<string, EventRate>;
  readonly #byMethod = new WeakMap<MethodResolver, Map<unknown, NamedRate>>();
  readonly #joins: Rate | undefined;
  readonly #closeAfter: number;
  readonly #spending = new WeakMap<ClientLike, Spending>();
  readonly #addresses = new Map<string, TokenBucket>();

  /** @throws OptionError for invalid rates. */
  constructor(options: RateLimitOptions) {
    const {
      connection,
      address,
      events = {},
      joins = rateDefaults.joins,
      scope = rateDefaults.scope,
      closeAfter = rateDefaults.closeAfter,
    } = options;
    if (scope !== 'server' && scope !== 'cluster') {
      throw new OptionError(`option rateLimits.scope must be 'server' or 'cluster', not ${shown(scope)}`);
    }
    this.isShared = scope === 'cluster' && address !== undefined;
    if (connection !== undefined) checkRate('option rateLimits.connection', connection);
    if (address !== undefined) checkRate('option rateLimits.address', address);
    if (joins !== false) checkRate('option rateLimits.joins', joins);
    for (const [event, rate] of Object.entries(events)) checkEventRate(`option rateLimits.events.${event}`, rate);
    if (!(closeAfter > 0)) {
      throw new OptionError(`option rateLimits.closeAfter must be a number above 0, not ${shown(closeAfter)}`);
    }
    this.#options = options;
    this.#events = new Map(Object.entries(events));
    this.#joins = joins === false ? undefined : joins;
    this.#closeAfter = closeAfter;
    this.countsEvents = connection !== undefined || address !== undefined || this.#events.size > 0;
  }

  #of(client: ClientLike): Spending {
    let spending = this.#spending.get(client);
    if (spending === undefined) {
      spending = new Spending();
      this.#spending.set(client, spending);
    }
    return spending;
  }

  /** Whether an event may go on. If not, its client has been told. */
  admits(socket: SocketLike, event: string, id: number | undefined): boolean {
    const named = this.#events.size === 0 ? undefined : this.#rateOf(socket, event);
    const rate = named?.rate;
    const wait = this.#charge(socket, `${socket.nsp.name},${named?.name}`, rate, rate?.cost ?? 1);
    if (wait === 0) return true;
    this.#refuse(socket, event, id, wait);
    return false;
  }

  /** By the method where there is one: its other names and spellings share the rate. */
  #rateOf(socket: SocketLike, event: string): NamedRate | undefined {
    const methods = socket._events?.[event] === undefined ? socket[kMethods] : undefined;
    const key = methods?.find(event)?.aclKey;
    if (methods !== undefined && key !== undefined) return this.#ratesOf(methods).get(key);
    const rate = this.#events.get(event);
    return rate && { name: event, rate };
  }

  #ratesOf(methods: MethodResolver): ReadonlyMap<unknown, NamedRate> {
    let rates = this.#byMethod.get(methods);
    if (rates === undefined) {
      rates = new Map();
      for (const [name, rate] of this.#events) {
        const key = methods.find(name)?.aclKey;
        if (key !== undefined) rates.set(key, { name, rate });
      }
      this.#byMethod.set(methods, rates);
    }
    return rates;
  }

  /**
   * The same for a method of a class that has limits.
   * @throws ClientError `rate_limited`
   */
  spend(socket: SocketLike, method: unknown, rate: EventRate): void {
    // One token has been taken already, if events are counted.
    const more = Math.max(0, (rate.cost ?? 1) - (this.countsEvents ? 1 : 0));
    const wait = this.#charge(socket, method, rate, more);
    if (wait > 0) throw this.#refusal(socket, wait);
  }

  #charge({ client }: SocketLike, key: unknown, rate: EventRate | undefined, cost: number): number {
    const now = performance.now();
    const spending = this.#of(client);
    const { connection, address } = this.#options;
    let wait = rate?.burst === undefined ? 0 : this.#bucket(spending, key).take(rate as Rate, 1, now);
    if (wait === 0 && connection !== undefined) wait = spending.connection.take(connection, cost, now);
    if (wait === 0 && address !== undefined) wait = this.#chargeAddress(client, address, cost, now);
    if (wait === 0) spending.refusals = 0;
    return wait;
  }

  #bucket({ events }: Spending, key: unknown): TokenBucket {
    let bucket = events.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket();
      events.set(key, bucket);
    }
    return bucket;
  }

  #chargeAddress({ conn }: ClientLike, rate: Rate, cost: number, now: number): number {
    const network = networkOf(conn.remoteAddress);
    const wait = this.#addressOf(network, now).take(rate, cost, now);
    if (wait === 0 && cost > 0) this.onSpent?.(network, cost);
    return wait;
  }

  /** An address has spent so much on another server. */
  spentElsewhere(network: string, tokens: number): void {
    const { address } = this.#options;
    const now = performance.now();
    if (address !== undefined) this.#addressOf(network, now).owe(address, tokens, now);
  }

  #addressOf(network: string, now: number): TokenBucket {
    let bucket = this.#addresses.get(network);
    if (bucket === undefined) {
      if (this.#addresses.size >= MANY) this.#forgetIdle(now);
      bucket = new TokenBucket();
      this.#addresses.set(network, bucket);
    }
    return bucket;
  }

  #forgetIdle(now: number): void {
    for (const [network, bucket] of this.#addresses) if (bucket.isFull(now)) this.#addresses.delete(network);
  }

  #refuse(socket: SocketLike, event: string, id: number | undefined, wait: number): void {
    const refusal = this.#refusal(socket, wait);
    if (socket.connected) socket[kFail](refusal, event, id);
  }

  /** A warning; a client that does not heed it is disconnected. */
  #refusal({ client }: SocketLike, wait: number): ClientError {
    const spending = this.#of(client);
    if (++spending.refusals > this.#closeAfter) {
      const why = `The client has sent more events after ${this.#closeAfter} refusals in a row`;
      client.conn.fail('rate limited', new LimitExceeded('rate_limited', why));
    }
    return new ClientError('rate_limited', 'Too many events', { retryAfter: wait });
  }

  /** Whether one more attempt to join may go on. If not, the connection has been ended. */
  admitsJoin(client: ClientLike): boolean {
    if (this.#joins === undefined) return true;
    if (this.#of(client).joins.take(this.#joins, 1, performance.now()) === 0) return true;
    client.conn.fail(
      'rate limited',
      new LimitExceeded(
        'too_many_joins',
        `The client tries to join more than ${this.#joins.burst} namespaces at once, or ${this.#joins.perSecond} a second`,
      ),
    );
    return false;
  }
}
