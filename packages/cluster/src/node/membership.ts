import type { ClusterNode } from '@sio/core/adapter';
import type { NodeInfo } from '../wire/frame.js';

/** Another server. */
interface Member extends ClusterNode {
  silent: boolean;
  /** Monotonic milliseconds. */
  seen: number;
}

/** The names of the events. */
export type MemberEvent = 'joined' | 'silent' | 'heard' | 'left';

/** The other servers, known by their heartbeats. */
export class Membership {
  readonly #members = new Map<string, Member>();
  readonly #tell: (event: MemberEvent, node: ClusterNode) => void;

  constructor(tell: (event: MemberEvent, node: ClusterNode) => void) {
    this.#tell = tell;
  }

  get size(): number {
    return this.#members.size;
  }

  get silent(): number {
    let count = 0;
    for (const { silent } of this.#members.values()) if (silent) count++;
    return count;
  }

  list(): ClusterNode[] {
    return [...this.#members.values()].map(({ id, name, silent }) => ({ id, name, silent }));
  }

  all(): IterableIterator<ClusterNode> {
    return this.#members.values();
  }

  nameOf(id: string): string {
    return this.#members.get(id)?.name ?? id;
  }

  /** @returns whether the server is new here. */
  heartbeat(id: string, { name }: NodeInfo, now: number): boolean {
    const known = this.#members.get(id);
    if (known === undefined) {
      const member = { id, name, silent: false, seen: now };
      this.#members.set(id, member);
      this.#tell('joined', member);
      return true;
    }
    known.seen = now;
    if (known.silent) {
      known.silent = false;
      this.#tell('heard', known);
    }
    return false;
  }

  /** @returns the ids of servers that count as gone. */
  check(now: number, silentAfter: number, goneAfter: number): string[] {
    const gone: string[] = [];
    for (const member of this.#members.values()) {
      const quiet = now - member.seen;
      if (quiet > goneAfter) gone.push(member.id);
      else if (quiet > silentAfter && !member.silent) {
        member.silent = true;
        this.#tell('silent', member);
      }
    }
    return gone;
  }

  remove(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#tell('left', member);
  }

  /** Called when no heartbeat can have arrived: the broker was unreachable, or this process was blocked. */
  excuseAll(now: number): void {
    for (const member of this.#members.values()) member.seen = Math.max(member.seen, now);
  }
}
