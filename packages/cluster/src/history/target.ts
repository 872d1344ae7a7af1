import type { KeptRoom } from '@sio/core/adapter';
import type { HistoryTarget } from '../engine/log.js';
import { historyName } from '../wire/topics.js';

/** The history of a room in the broker. */
export function targetOf(namespace: string, { room, rule: { ttl, size, maxBytes } }: KeptRoom): HistoryTarget {
  return { history: historyName(namespace, room), time: ttl, entries: size, bytes: maxBytes };
}
