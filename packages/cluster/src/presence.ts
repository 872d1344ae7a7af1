/**
 * Presence: the users that are online, across their tabs and all servers.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import type { Hub, Socket } from '@sio/core';
import type { ClusteredAdapter, ClusterNode, ClusterView } from '@sio/core/adapter';

/** Options of {@link presence}. */
export interface PresenceOptions {
  /** Returns the name of the socket's user, or undefined if it has none. */
  readonly user: (socket: Socket) => string | undefined;
  /**
   * Time without a socket after which `leave` is emitted, so that a reload or a short disconnection does not count.
   * @unit ms
   * @default 5000
   */
  readonly grace?: number | undefined;
}

/** A message between servers. */
interface Message {
  /** The sender. */
  readonly node: string;
  /** Its count of changes: a gap shows that one is missing. */
  readonly version: number;
  /** A user who connected to the sender. */
  readonly in?: string;
  /** A user who disconnected from the sender. */
  readonly out?: string;
  /** All users of the sender. */
  readonly all?: readonly string[];
  /** The sender asks all, or one server, for all users there. */
  readonly ask?: true | string;
}

/** The users of another server. */
interface Others {
  version: number;
  users: Set<string>;
}

const EVENT = 'sio:presence';

/** The online users of a namespace, on all servers. Events: `join(user)` and `leave(user)`. */
export class Presence extends EventEmitter {
  readonly #hub: Hub;
  readonly #cluster: ClusterView;
  readonly #grace: number;
  /** Sockets of this server, by user. */
  readonly #own = new Map<string, number>();
  readonly #others = new Map<string, Others>();
  /** The number of servers that a user is on. */
  readonly #present = new Map<string, number>();
  /** Users without a socket, with the time (monotonic ms) at which they count as gone; the first one comes first. */
  readonly #leaving = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #version = 0;

  /** @internal Use {@link presence}. */
  constructor(hub: Hub, cluster: ClusterView, { user, grace = 5000 }: PresenceOptions) {
    super();
    this.#hub = hub;
    this.#cluster = cluster;
    this.#grace = grace;
    hub.on(EVENT, (message: Message) => this.#take(message));
    cluster.on('left', (node) => this.#gone(node));
    cluster.on('joined', ({ id }) => {
      this.#tellAll();
      this.#say({ ask: id });
    });
    cluster.on('state', (_state, before) => {
      if (before === 'down') this.#catchUp();
    });
    for (const socket of hub.sockets.values()) this.#watch(socket, user);
    hub.on('connection', (socket) => this.#watch(socket, user));
    this.#catchUp();
  }

  /** Whether a user is online. */
  has(user: string): boolean {
    return this.#present.has(user) || this.#leaving.has(user);
  }

  /** The names of all online users. */
  get users(): string[] {
    return [...this.#present.keys(), ...this.#leaving.keys()];
  }

  /** Whether this server is the one that should do work for the whole cluster when a user joins or leaves. It is true on one server only. */
  get leads(): boolean {
    return this.#cluster.nodes.every(({ id }) => this.#cluster.id < id);
  }

  // ---- this server ----

  #watch(socket: Socket, userOf: PresenceOptions['user']): void {
    const user = userOf(socket);
    if (user === undefined) return;
    const count = this.#own.get(user) ?? 0;
    this.#own.set(user, count + 1);
    if (count === 0) {
      this.#came(user);
      this.#say({ in: user });
    }
    socket.on('disconnect', () => this.#left(user));
  }

  #left(user: string): void {
    const count = this.#own.get(user) ?? 0;
    if (count > 1) {
      this.#own.set(user, count - 1);
      return;
    }
    this.#own.delete(user);
    this.#went(user);
    this.#say({ out: user });
  }

  #say(what: Partial<Message>): void {
    if (what.in !== undefined || what.out !== undefined) this.#version++;
    this.#hub.serverSideEmit(EVENT, { node: this.#cluster.id, version: this.#version, ...what });
  }

  #tellAll(): void {
    this.#say({ all: [...this.#own.keys()] });
  }

  #catchUp(): void {
    this.#tellAll();
    this.#say({ ask: true });
  }

  // ---- the others ----

  #take({ node, version, in: came, out, all, ask }: Message): void {
    if (ask !== undefined) {
      if (ask === true || ask === this.#cluster.id) this.#tellAll();
    } else if (all !== undefined) this.#replace(node, version, new Set(all));
    else this.#change(node, version, came, out);
  }

  #change(node: string, version: number, came: string | undefined, out: string | undefined): void {
    const others = this.#others.get(node);
    if (others === undefined || version !== others.version + 1) {
      // Known already, or one before it is missing.
      if (others === undefined || version > others.version) this.#say({ ask: node });
      return;
    }
    others.version = version;
    if (came !== undefined && !others.users.has(came)) {
      others.users.add(came);
      this.#came(came);
    } else if (out !== undefined && others.users.delete(out)) this.#went(out);
  }

  #replace(node: string, version: number, users: Set<string>): void {
    const before = this.#others.get(node)?.users ?? new Set<string>();
    this.#others.set(node, { version, users });
    for (const user of users) if (!before.has(user)) this.#came(user);
    for (const user of before) if (!users.has(user)) this.#went(user);
  }

  #gone({ id }: ClusterNode): void {
    const others = this.#others.get(id);
    this.#others.delete(id);
    for (const user of others?.users ?? []) this.#went(user);
  }

  // ---- users ----

  #came(user: string): void {
    const servers = this.#present.get(user) ?? 0;
    this.#present.set(user, servers + 1);
    if (servers === 0 && !this.#leaving.delete(user)) this.emit('join', user);
  }

  #went(user: string): void {
    const servers = this.#present.get(user) ?? 0;
    if (servers > 1) {
      this.#present.set(user, servers - 1);
      return;
    }
    this.#present.delete(user);
    this.#leaving.set(user, performance.now() + this.#grace);
    this.#timer ??= setTimeout(this.#expire, this.#grace).unref();
  }

  readonly #expire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [user, due] of this.#leaving) {
      if (due > now) {
        this.#timer = setTimeout(this.#expire, due - now).unref();
        return;
      }
      this.#leaving.delete(user);
      this.emit('leave', user);
    }
  };
}

/**
 * Tracks the online users of a namespace. Every server emits `join(user)` when the first socket of a user connects to any server, and
 * `leave(user)` when the last one has been disconnected for the time of `grace`, or was on a server that was killed.
 *
 * @throws Error when the namespace's adapter is not that of `@sio/cluster`.
 */
export function presence(hub: Hub, options: PresenceOptions): Presence {
  const { cluster } = hub.adapter as ClusteredAdapter;
  if (cluster === undefined)
    throw new Error(
      'presence(hub): the server has another adapter; set its option adapter to cluster(…) of @sio/cluster',
    );
  return new Presence(hub, cluster, options);
}
