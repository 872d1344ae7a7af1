import { Adapter } from 'socket.io-adapter';
import { OptionError } from '../../internal/option-error.js';
import type { Hub } from '../hub/hub.js';
import type { RateLimits } from './rate-limits.js';

/** The event between servers. */
const SPENT = 'sio:spent';
/** Time (ms) between two messages. */
const PERIOD = 100;
/** Addresses that one message names. */
const MOST = 10_000;

type Spent = readonly (readonly [network: string, tokens: number])[];

/**
 * Counts what addresses spend over all servers. Each server decides by itself, without a round trip, and tells the others what was
 * spent: so a client gets more than its burst at most for as long as a message takes, and makes up for it afterwards.
 * @throws OptionError for an adapter that reaches no other server.
 */
export function shareSpending(hub: Pick<Hub, 'adapter' | '_fromServers'>, own: RateLimits): void {
  if (!own.isShared) return;
  if (hub.adapter.serverSideEmit === Adapter.prototype.serverSideEmit) {
    throw new OptionError(
      'option rateLimits.scope: the adapter reaches no other server; take that of @sio/cluster, or leave out the scope',
    );
  }
  let spent = new Map<string, number>();
  const tell = () => {
    const message: Spent = [...spent];
    spent = new Map();
    send(hub.adapter, message);
  };
  own.onSpent = (network, tokens) => {
    if (spent.size === 0) setTimeout(tell, PERIOD).unref();
    if (spent.size < MOST || spent.has(network)) spent.set(network, (spent.get(network) ?? 0) + tokens);
  };
  hub._fromServers.set(SPENT, (message) => take(message, own));
}

/** While the broker is away, the others are not told: the cluster's state tells the operator. */
function send(adapter: Adapter, message: Spent): void {
  try {
    Promise.resolve(adapter.serverSideEmit([SPENT, message])).catch(() => {});
  } catch {
    // The same.
  }
}

function take(message: unknown, rates: RateLimits): void {
  if (!Array.isArray(message)) return;
  for (const [network, tokens] of message as Spent) {
    if (typeof network === 'string' && tokens > 0) rates.spentElsewhere(network, tokens);
  }
}
