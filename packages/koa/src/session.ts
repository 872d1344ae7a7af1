import { SessionEnded } from '@sio/core';
import { type StoredSession, sessionInCookie, sessionMissing, workOnSession } from '@sio/core/mount';
import type { Context } from 'koa';

/** A socket or a namespace with a Koa context. */
export interface HasContext {
  /** The context, with or without a session. */
  readonly request: { readonly cookies: unknown; session?: unknown };
}

/** The type of the session, as the application has declared it. */
export type SessionOf<T extends HasContext> = NonNullable<T['request']['session']>;

/**
 * Reads the login session of a connection again from the store of koa-session, runs `fn`, and saves the session if `fn`
 * changed it. A handler sees the changes of HTTP requests, and they see its changes. Within this process, calls for one
 * session run one after the other.
 *
 * @returns the value that `fn` returns or resolves with
 * @throws SessionEnded (as rejection) if the session ended before or while `fn` ran. Nothing is saved then, so that a logout stays a logout
 * @throws SessionError (as rejection) if there is no session, or koa-session has no `store` and keeps it in a cookie
 * @example
 * const visits = await withSession(this, (session) => {
 *   session.visits = (session.visits ?? 0) + 1;
 *   return session.visits;
 * });
 */
export async function withSession<T extends HasContext, R>(
  socket: T,
  fn: (session: SessionOf<T>) => R | PromiseLike<R>,
): Promise<R> {
  return workOnSession(new KoaSession(socket.request as SessionContext), fn as (session: unknown) => R);
}

/** The id under which koa-session's store has the session. */
export function sessionIdOf(ctx: Context): string | undefined {
  return (ctx as SessionContext).session?.externalKey;
}

type Values = Record<string, unknown>;
type Milliseconds = number;

/** The interface that koa-session asks of a store. */
interface Store {
  get(key: string, maxAge: unknown, options: object): Promise<Values | undefined>;
  set(key: string, session: Values, maxAge: unknown, options: object): Promise<unknown>;
  destroy(key: string, options: object): Promise<unknown>;
}

interface SessionOptions {
  readonly store?: Store;
  readonly ContextStore?: new (ctx: unknown) => Store;
  readonly maxAge?: Milliseconds | 'session';
  readonly rolling?: boolean;
}

/** Properties that koa-session adds to a context. */
interface SessionContext {
  session?: { readonly externalKey?: string; toJSON(): Values } | null;
  readonly sessionOptions?: SessionOptions;
}

/** koa-session's default, and how much longer than the cookie it lets a store keep a session. */
const ONE_DAY: Milliseconds = 86_400_000;
const GRACE: Milliseconds = 10_000;

class KoaSession implements StoredSession<unknown> {
  readonly id: string;
  readonly #ctx: SessionContext;
  readonly #store: Store;
  readonly #options: SessionOptions;

  constructor(ctx: SessionContext) {
    const { session, sessionOptions: options } = ctx;
    if (options === undefined) throw sessionMissing('app.use(session(app))');
    const { store, ContextStore } = options;
    this.#ctx = ctx;
    this.#options = options;
    if (store === undefined && ContextStore === undefined) throw sessionInCookie("koa-session's option store");
    this.#store = ContextStore === undefined ? store! : new ContextStore(ctx);
    if (session?.externalKey === undefined) throw new SessionEnded();
    this.id = session.externalKey;
  }

  async load(): Promise<unknown> {
    const values = await this.#read();
    if (values === undefined) return undefined;
    // koa-session turns it into a session object with the same id.
    this.#ctx.session = values as never;
    return this.#ctx.session;
  }

  async exists(): Promise<boolean> {
    return (await this.#read()) !== undefined;
  }

  async #read(): Promise<Values | undefined> {
    const { maxAge, rolling } = this.#options;
    const values = await this.#store.get(this.id, maxAge, { ctx: this.#ctx, rolling });
    if (!values) return undefined;
    return typeof values._expire === 'number' && values._expire < Date.now() ? undefined : values;
  }

  current() {
    const { session } = this.#ctx;
    return session ? { id: session.externalKey ?? '', session } : undefined;
  }

  /** Saves in the store only: koa-session itself would also set the cookie, for which it is too late. */
  save(session: unknown): Promise<unknown> {
    const { maxAge = ONE_DAY, rolling } = this.#options;
    const values = (session as NonNullable<SessionContext['session']>).toJSON();
    const options = { ctx: this.#ctx, changed: true, rolling };
    if (maxAge === 'session') return this.#store.set(this.id, { ...values, _session: true }, maxAge, options);
    const dated = { ...values, _expire: Date.now() + maxAge, _maxAge: maxAge };
    return this.#store.set(this.id, dated, maxAge + GRACE, options);
  }

  end(): Promise<unknown> {
    return this.#store.destroy(this.id, { ctx: this.#ctx });
  }
}
