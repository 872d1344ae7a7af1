import { ID_LENGTH } from './frame.js';

/** The topic of all servers. */
export const ALL = 'all';

/** A broadcast to more rooms than this goes to all servers of the namespace, in place of a message for each room. */
const MOST_ROOMS = 8;
/** Milliseconds for which a room counts as just joined. A server that has not subscribed by then has lost its broker. */
const SETTLES_AFTER = 5000;
/** Rooms just joined that are remembered. */
const MOST_UNSETTLED = 10_000;
/** A socket's id, or one that a protocol makes out of that of its connection. */
const SOCKET_ID = /^(?:\/.*#)?[\w-]{20,}$/;

export function logName(namespace: string): string {
  return `log:${namespace}`;
}

export function historyName(namespace: string, room: string): string {
  return `history:${namespace}:${room}`;
}

export function nodeTopic(id: string): string {
  return `node:${id}`;
}

export function namespaceTopic(namespace: string): string {
  return `all:${namespace}`;
}

export function roomTopic(namespace: string, room: string): string {
  return `room:${namespace}:${room}`;
}

/** The id of the server that has named a socket, if the room looks like one. */
function ownerIn(room: string): string | undefined {
  if (!SOCKET_ID.test(room)) return undefined;
  const start = room.lastIndexOf('#') + 1;
  return room.slice(start, start + ID_LENGTH);
}

/** Whether a room is that of a socket which this server has named: other servers find it without a subscription. */
export function isNamedBy(owner: string, room: string): boolean {
  return ownerIn(room) === owner;
}

/** Decides where messages for rooms go. */
export class Topics {
  /** Rooms that sockets were just told to join, by their topic, with the time (monotonic ms) at which that is over. */
  readonly #unsettled = new Map<string, number>();

  /** The topics for a message to these rooms. */
  of(namespace: string, rooms: ReadonlySet<string>): string[] {
    if (rooms.size === 0 || rooms.size > MOST_ROOMS) return [namespaceTopic(namespace)];
    const topics: string[] = [];
    for (const room of rooms) {
      const topic = roomTopic(namespace, room);
      if (this.#unsettled.size > 0 && this.#isUnsettled(topic)) return [namespaceTopic(namespace)];
      topics.push(topic);
      const owner = ownerIn(room);
      if (owner !== undefined) topics.push(nodeTopic(owner));
    }
    return topics;
  }

  /**
   * Sockets of other servers are told to join rooms. These servers may not subscribe in time for the next message to the room, which
   * therefore goes to all of them.
   */
  joined(namespace: string, rooms: readonly string[]): void {
    const until = performance.now() + SETTLES_AFTER;
    for (const room of rooms) {
      const topic = roomTopic(namespace, room);
      this.#unsettled.delete(topic);
      this.#unsettled.set(topic, until);
    }
    for (const topic of this.#unsettled.keys()) {
      if (this.#unsettled.size <= MOST_UNSETTLED) return;
      this.#unsettled.delete(topic);
    }
  }

  #isUnsettled(topic: string): boolean {
    const now = performance.now();
    for (const [oldest, until] of this.#unsettled) {
      if (until > now) break;
      this.#unsettled.delete(oldest);
    }
    return this.#unsettled.has(topic);
  }
}
