import type { Packet } from '../../codec/packet/packet.js';
import { LimitExceeded } from '../../internal/coded-error.js';
import { memoryCost } from '../../internal/memory-cost.js';
import type { VirtualSocket } from '../../virtual-socket/virtual-socket.js';

/** Reading stops when more than this part of the budget is used, … */
const STOP = 1 / 2;
/** … and goes on when no more than this part is. */
const GO_ON = 1 / 4;

/** Bytes of an entry beside its data: the packet, its place in a queue, a closure. */
const ENTRY = 256;
/** A view counts for its own bytes: the memory behind it is that of a whole message, which waits with it. */
const OWN_BYTES = { bytesOf: ({ byteLength }: { readonly byteLength: number }) => byteLength };

/** Bytes of an `auth` that are not worth counting: a connection joins few namespaces. */
const SMALL_AUTH = 4096;

/** A packet that waits, and what it costs. */
export interface WaitingPacket {
  readonly packet: Packet;
  readonly cost: number;
}

/**
 * All that a connection has sent and that waits for a decision, whatever it waits for and in however many namespaces: counted
 * against one budget of bytes. First the connection is read no further; a client that gets more in all the same is disconnected.
 * Made when something has to wait for the first time.
 */
export class PendingInput {
  readonly #conn: VirtualSocket;
  readonly #budget: number;
  #bytes = 0;
  #count = 0;
  #stopped = false;
  /** Costs of what the client has said to join namespaces, which is kept while it is in. */
  #auths: Map<string, number> | undefined = undefined;
  #kept = 0;

  /** @param budget bytes. */
  constructor(conn: VirtualSocket, budget: number) {
    this.#conn = conn;
    this.#budget = budget;
  }

  /**
   * Counts data that has to wait. One packet may always wait, however large it is.
   * @returns its cost, to be given to {@link remove} when it waits no longer; -1 when the connection has been ended.
   */
  add(data: unknown): number {
    const cost = ENTRY + memoryCost(data, { ...OWN_BYTES, enough: this.#budget });
    this.#bytes += cost;
    this.#count++;
    if (this.#isTooMuch()) return -1;
    if (!this.#stopped && this.#bytes + this.#kept > this.#budget * STOP) {
      this.#stopped = true;
      this.#conn.pauseReading();
    }
    return cost;
  }

  /** It waits no longer. @param cost what {@link add} said. */
  remove(cost: number): void {
    if (cost < 0) return;
    this.#bytes -= cost;
    this.#count--;
    this.#goOn();
  }

  #goOn(): void {
    if (!this.#stopped || (this.#count > 0 && this.#bytes + this.#kept > this.#budget * GO_ON)) return;
    this.#stopped = false;
    this.#conn.resumeReading();
  }

  /**
   * Counts what the client says to join a namespace, which is kept as `handshake.auth`.
   * @param cost of {@link costOfAuth}.
   * @returns false when the connection has been ended.
   */
  keep(nsp: string, cost: number): boolean {
    this.drop(nsp);
    this.#auths ??= new Map();
    this.#auths.set(nsp, cost);
    this.#kept += cost;
    return !this.#isTooMuch();
  }

  /** The client is not in the namespace any more, or has not got in. */
  drop(nsp: string): void {
    const cost = this.#auths?.get(nsp);
    if (cost === undefined) return;
    this.#kept -= cost;
    this.#auths?.delete(nsp);
    this.#goOn();
  }

  #isTooMuch(): boolean {
    if (this.#bytes + this.#kept <= this.#budget || this.#count + (this.#auths?.size ?? 0) < 2) return false;
    const why = `More than ${this.#budget} bytes wait`;
    this.#conn.close(false, new LimitExceeded('too_many_pending_bytes', why));
    return true;
  }
}

/** Estimates an `auth`. @param enough the estimate ends there. @returns bytes; 0 when they are not worth counting. */
export function costOfAuth(auth: unknown, enough: number): number {
  if (typeof auth !== 'object' || auth === null) return 0;
  const cost = memoryCost(auth, { ...OWN_BYTES, enough });
  return cost <= SMALL_AUTH ? 0 : cost;
}
