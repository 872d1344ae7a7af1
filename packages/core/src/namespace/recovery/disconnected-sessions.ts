import { memoryCost } from '../../internal/memory-cost.js';
import { DeadlineQueue, QueuedDeadline } from '../../internal/time/deadlines.js';
import type { RoomHistory } from './room-history.js';

/** The part of a socket that is kept while its client is away. */
export interface KeptSession {
  readonly sid: string;
  readonly pid: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
  readonly history: RoomHistory;
}

/** Estimated bytes of a session without its rooms and data. */
const SESSION = 400;
/** Estimated bytes of a change of rooms. */
const CHANGE = 64;
/** `socket.data` may lead to anything; looking at all of it is not worth it. */
const MOST_VALUES = 100_000;
/** The share of the budget that is freed at a time. */
const SPARE = 0.1;

/** A session whose client is away. */
export class DisconnectedSession extends QueuedDeadline {
  readonly kept: KeptSession;
  /** Estimated bytes. */
  readonly cost: number;
  /** Called when no client can come back for it any more. */
  readonly onLost: (kept: KeptSession) => void;
  readonly #all: DisconnectedSessions;

  constructor(kept: KeptSession, onLost: (kept: KeptSession) => void, all: DisconnectedSessions) {
    super();
    this.kept = kept;
    this.onLost = onLost;
    this.#all = all;
    const { rooms, data, history } = kept;
    this.cost = SESSION + history.changes.length * CHANGE + memoryCost([rooms, data], { mostValues: MOST_VALUES });
  }

  override onDeadline(): void {
    this.#all.giveUp(this);
  }
}

/**
 * The sessions of all namespaces of a server whose clients are away. When there are too many, the oldest go first; when they take
 * too many bytes, the largest.
 */
export class DisconnectedSessions {
  readonly #most: number;
  readonly #mostBytes: number;
  /** Oldest first. */
  readonly #sessions = new Set<DisconnectedSession>();
  #bytes = 0;

  constructor(most: number, mostBytes: number) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  /** @param patience how long the client may be away. @param onLost called when it cannot come back any more. */
  keep(kept: KeptSession, patience: DeadlineQueue, onLost: (kept: KeptSession) => void): DisconnectedSession {
    const session = new DisconnectedSession(kept, onLost, this);
    this.#sessions.add(session);
    this.#bytes += session.cost;
    patience.arm(session);
    return session;
  }

  /** Gives up sessions while there are too many. Apart from {@link keep}, so that its caller knows the new one by then. */
  makeRoom(): void {
    while (this.#sessions.size > this.#most) {
      const [oldest] = this.#sessions;
      this.giveUp(oldest as DisconnectedSession);
    }
    if (this.#bytes <= this.#mostBytes) return;
    const largestFirst = [...this.#sessions].sort((a, b) => b.cost - a.cost);
    for (const session of largestFirst) {
      if (this.#bytes <= this.#mostBytes * (1 - SPARE)) return;
      this.giveUp(session);
    }
  }

  giveUp(session: DisconnectedSession): void {
    if (this.take(session)) session.onLost(session.kept);
  }

  /** Forgets a session without telling its owner. @returns whether it was still there. */
  take(session: DisconnectedSession): boolean {
    if (!this.#sessions.delete(session)) return false;
    this.#bytes -= session.cost;
    DeadlineQueue.cancel(session);
    return true;
  }
}
