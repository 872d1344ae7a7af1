import type { DropPolicy } from '../../virtual-socket/backpressure-queue.js';

/** The policy for a message that waits; undefined when it may not be dropped. */
export function dropPolicyOf({ droppable, latest }: BroadcastFlags): DropPolicy | undefined {
  return latest === undefined && droppable !== true ? undefined : { droppable: true, key: latest };
}

/** The policy of `drop-oldest` for every event. */
export const DROPPABLE: DropPolicy = Object.freeze({ droppable: true, key: undefined });

/** How a message is sent; absent means the default. The names are part of the adapters' contract. */
export interface BroadcastFlags {
  /** Drop it for clients that cannot take it now. */
  volatile?: boolean;
  /** For a slow client it may be dropped when too much waits. */
  droppable?: boolean;
  /** A later event of the same key takes its place as long as it waits. */
  latest?: string;
  /** @default true */
  compress?: boolean;
  /** This server's clients only. */
  local?: boolean;
  broadcast?: boolean;
  /** Milliseconds to wait for acknowledgements. */
  timeout?: number;
  expectSingleResponse?: boolean;
  /** It was sent with `send()`, which one protocol tells from an event called `message`. */
  send?: boolean;
}
