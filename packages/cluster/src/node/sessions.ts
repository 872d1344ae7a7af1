import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PeerTls, SessionOwner, SessionPlace, SessionRouter } from '@sio/core/adapter';
import type { Tunnels } from '../tunnel/tunnels.js';
import { ID_LENGTH, type NodeInfo } from '../wire/frame.js';

/** A server, as far as its sessions go. */
interface Owner {
  /** Signs its session ids. */
  readonly key: Buffer;
  /** How it is reached; undefined when it is gone, or this server does not reach it. */
  readonly place: SessionOwner | undefined;
}

/** Characters of a signature: 48 bits. */
const SIGNATURE = 8;
const SESSION = /^[\w-]{36}$/;
/** The number of gone servers that are remembered, so that their clients learn why a session is unknown. */
const MOST_GONE = 1000;

/** Finds the servers of sessions by their ids: the server's id, random characters, and a signature with the server's key. */
export class Sessions implements SessionRouter {
  readonly #own: string;
  readonly #tls: PeerTls | undefined;
  readonly #network: string | undefined;
  readonly #tunnels: Tunnels | undefined;
  readonly #key = randomBytes(16);
  readonly #owners = new Map<string, Owner>();
  readonly #gone = new Map<string, Owner>();
  /** Requests for sessions of servers that are not known yet, by the server's id; undefined when all servers are known. */
  #waiting: Map<string, (() => void)[]> | undefined = new Map();

  /** @param own id of this server. @param tls towards the others. @param network to whose servers tunnels lead. */
  constructor(own: string, tls: PeerTls | undefined, network: string | undefined, tunnels: Tunnels | undefined) {
    this.#own = own;
    this.#tls = tls;
    this.#network = network;
    this.#tunnels = tunnels;
  }

  /** The key, for other servers. */
  get key(): string {
    return this.#key.toString('base64url');
  }

  nameSession(id: string): string {
    const named = this.#own + id;
    return named + signatureOf(named, this.#key);
  }

  locate(id: string): SessionPlace {
    if (!SESSION.test(id)) return 'unknown';
    const owner = id.slice(0, ID_LENGTH);
    if (owner === this.#own) return isSigned(id, this.#key) ? 'expired' : 'unknown';
    const other = this.#owners.get(owner) ?? this.#gone.get(owner);
    if (other === undefined || !isSigned(id, other.key)) return 'unknown';
    return other.place ?? 'other_node_gone';
  }

  /** See `SessionRouter`. */
  known(id: string): Promise<void> | undefined {
    const waiting = this.#waiting;
    const owner = id.slice(0, ID_LENGTH);
    if (waiting === undefined || !SESSION.test(id) || owner === this.#own || this.#owners.has(owner)) return undefined;
    return new Promise((resolve) => waiting.set(owner, [...(waiting.get(owner) ?? []), resolve]));
  }

  /** Called when the servers that were there at the start have had the time to answer. */
  settled(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const resolves of waiting?.values() ?? []) for (const resolve of resolves) resolve();
  }

  /** Called when another server announces how it can be reached. */
  heard(id: string, { key, url, network }: NodeInfo): void {
    if (key === undefined) return;
    const known = this.#owners.get(id)?.place;
    const tunnels = network !== undefined && network === this.#network ? this.#tunnels : undefined;
    if (known !== undefined && (tunnels !== undefined || known.url === url)) return;
    if (tunnels === undefined && url === undefined) return;
    const connect = tunnels && ((address: string | undefined) => tunnels.open(id, address));
    this.#owners.set(id, { key: Buffer.from(key, 'base64url'), place: { url, tls: this.#tls, connect } });
    const waiting = this.#waiting?.get(id) ?? [];
    this.#waiting?.delete(id);
    for (const resolve of waiting) resolve();
  }

  left(id: string): void {
    const owner = this.#owners.get(id);
    if (owner === undefined) return;
    this.#owners.delete(id);
    this.#gone.set(id, { key: owner.key, place: undefined });
    if (this.#gone.size > MOST_GONE) this.#gone.delete(this.#gone.keys().next().value as string);
  }
}

function signatureOf(named: string, key: Buffer): string {
  return createHmac('sha256', key).update(named).digest('base64url').slice(0, SIGNATURE);
}

function isSigned(id: string, key: Buffer): boolean {
  const named = id.slice(0, -SIGNATURE);
  return timingSafeEqual(Buffer.from(signatureOf(named, key)), Buffer.from(id.slice(-SIGNATURE)));
}
