import { Adapter, type Session } from 'socket.io-adapter';
import { containRejection, isThenable } from '../../internal/events/lazy-emitter.js';
import { randomId } from '../../internal/random-id.js';
import type { ClientLike, HubLike, RecoveryLike, RecoveryPolicy, SocketLike } from '../contracts.js';
import { log } from '../events/reporter.js';
import type { ClusteredAdapter, GapInHistory } from '../hub/cluster-contracts.js';
import { makeHandshake } from '../socket/handshake.js';
import { RecoveryAdapter } from './recovery-adapter.js';
import type { RecoveryGap, RecoverySession, RestoredSession } from './recovery-session.js';

/** Ends of a connection that its client did not mean. */
const RECOVERABLE: ReadonlySet<string> = new Set([
  'transport error',
  'transport close',
  'forced close',
  'ping timeout',
  'server shutting down',
  'forced server close',
]);

/** The session that a client has asked for, or why it does not get it; undefined when it has not asked. */
type Found = RestoredSession | RecoveryGap | undefined;

const SECRETS = new Set(['pid', 'offset']);

/** How one namespace gives clients their sockets back. */
export class Recovery implements RecoveryLike {
  readonly #hub: HubLike;
  readonly #policy: RecoveryPolicy;

  constructor(hub: HubLike, policy: RecoveryPolicy) {
    this.#hub = hub;
    this.#policy = policy;
  }

  get skipMiddlewares(): boolean {
    return this.#policy.skipMiddlewares;
  }

  get #own(): RecoveryAdapter | undefined {
    const { adapter } = this.#hub;
    return adapter instanceof RecoveryAdapter ? adapter : undefined;
  }

  /** An adapter that is not ours. */
  get #others(): ClusteredAdapter {
    return this.#hub.adapter;
  }

  /** Clients may still come back. */
  get awaits(): boolean {
    return (this.#own?.absentees ?? 0) > 0;
  }

  get #canRestore(): boolean {
    const { restoreSession } = this.#hub.adapter as Partial<Adapter>;
    // Adapters of older days know nothing of it.
    return (
      this.#own !== undefined ||
      (restoreSession ?? Adapter.prototype.restoreSession) !== Adapter.prototype.restoreSession
    );
  }

  /** A third-party adapter has put an offset behind the arguments of every event that it may have to repeat. */
  get stampsEvents(): boolean {
    return this.#own === undefined && (this.#canRestore || 'addOffsetIfNecessary' in this.#hub.adapter);
  }

  /** Private ids and offsets are nothing that the application should see, let alone send to other servers. */
  withoutSecrets(auth: unknown): unknown {
    if (typeof auth !== 'object' || auth === null || !('pid' in auth)) return auth;
    return Object.fromEntries(Object.entries(auth).filter(([key]) => !SECRETS.has(key)));
  }

  // ---- coming ----

  /** The socket that a client asks back, or why it does not get it; undefined when it does not ask. */
  find(client: ClientLike, auth: unknown): Found | Promise<Found> {
    if (typeof auth !== 'object' || auth === null || !client.conn.dialect.recovers) return undefined;
    const { pid, offset } = auth as { pid?: unknown; offset?: unknown };
    if (typeof pid !== 'string') return undefined;
    const own = this.#own;
    if (own !== undefined) return own.comeBack(pid, typeof offset === 'string' ? offset : undefined, client);
    return this.#canRestore ? this.#restore(pid, typeof offset === 'string' ? offset : undefined) : 'unknown_session';
  }

  /** @param offset undefined when the client has not seen any: what that means is for the adapter to say. */
  async #restore(pid: string, offset: string | undefined): Promise<Found> {
    try {
      const asked = this.#hub.adapter.restoreSession(pid, offset as string);
      const session = (await asked) as Session | GapInHistory | null | undefined;
      if (!session) return 'unknown_session';
      if ('gap' in session) return session.gap;
      if (this.#hub.sockets.has(session.sid)) return 'unknown_session';
      const { sid, rooms, data } = session;
      return {
        sid,
        rooms: [...rooms],
        data,
        history: undefined,
        missed: () => session.missedPackets,
        giveBack: () => this.#persist({ sid, pid, rooms: [...rooms], data }),
        refuse: () => this.#others.sessionLeft?.(pid),
      };
    } catch (error) {
      this.#missed(error);
      return typeof error === 'string' ? 'unknown_session' : 'unreachable';
    }
  }

  /** Published adapters reject with a text for what happens every day: a session or an offset that is too old. */
  #missed(error: unknown): void {
    if (typeof error !== 'string') return this.#report(error);
    const { logger } = this.#hub.server;
    log(logger, 'debug', { phase: 'recovery', namespace: this.#hub.name }, `A session is not restored: ${error}`);
  }

  #report(error: unknown): void {
    this.#hub.server.report(error, { phase: 'recovery', namespace: this.#hub.name });
  }

  /** A recovery session for a socket on its way in; undefined when its client could do nothing with it. */
  sessionFor(client: ClientLike, auth: unknown, found: Found): RecoverySession | undefined {
    if (typeof found === 'object')
      return { pid: (auth as { pid: string }).pid, history: undefined, returning: found, gap: undefined };
    if (!client.conn.dialect.recovers || !this.#canRestore) return undefined;
    if (!this.#offers(client, auth)) return undefined;
    return { pid: randomId(), history: undefined, returning: undefined, gap: found };
  }

  #offers(client: ClientLike, auth: unknown): boolean {
    try {
      return this.#policy.offeredTo?.(makeHandshake(client.conn, this.withoutSecrets(auth))) !== false;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  entered(socket: SocketLike, session: RecoverySession, restored: RestoredSession | undefined): void {
    const own = this.#own;
    if (own !== undefined) own.entered(socket, session, restored);
    else if (socket.connected) this.#others.sessionEntered?.(socket, session.pid);
  }

  // ---- going ----

  /** A socket has gone; its rooms are still known. */
  left(socket: SocketLike, { pid }: RecoverySession, reason: string): void {
    if (RECOVERABLE.has(reason)) this.#persist({ sid: socket.id, pid, rooms: [...socket.rooms], data: socket.data });
    const own = this.#own;
    if (own !== undefined) own.left(pid);
    else this.#others.sessionLeft?.(pid);
  }

  #persist(session: { sid: string; pid: string; rooms: string[]; data: unknown }): void {
    try {
      const saved: unknown = this.#hub.adapter.persistSession(session);
      if (isThenable(saved)) containRejection(saved, (error) => this.#report(error));
    } catch (error) {
      this.#report(error);
    }
  }
}
