import { SessionEnded } from '@sio/core';
import { type StoredSession, sessionInCookie, sessionMissing, workOnSession } from '@sio/core/mount';

/** A socket or a namespace with a Fastify request. */
export interface HasRequest {
  /** The request, with or without a session. */
  readonly request: { session?: unknown };
}

/** The type of the session, as the application has declared it. */
export type SessionOf<T extends HasRequest> = NonNullable<T['request']['session']>;

/**
 * Reads the login session of a connection again from the store of `@fastify/session`, runs `fn`, and saves the session if `fn`
 * changed it. A handler sees the changes of HTTP requests, and they see its changes. Within this process, calls for one session
 * run one after the other.
 *
 * @returns the value that `fn` returns or resolves with
 * @throws SessionEnded (as rejection) if the session ended before or while `fn` ran. Nothing is saved then, so that a logout stays a logout
 * @throws SessionError (as rejection) if there is no session, it is kept in a cookie (`@fastify/secure-session`), or `fn` replaced it
 * @example
 * const visits = await withSession(this, (session) => {
 *   session.visits = (session.visits ?? 0) + 1;
 *   return session.visits;
 * });
 */
export async function withSession<T extends HasRequest, R>(
  socket: T,
  fn: (session: SessionOf<T>) => R | PromiseLike<R>,
): Promise<R> {
  return workOnSession(new FastifySession(socket.request as SessionRequest), fn as (session: unknown) => R);
}

/** The id under which the store has the session. */
export function sessionIdOf(request: unknown): string | undefined {
  return (request as SessionRequest).session?.sessionId;
}

type Done = (error?: unknown, session?: unknown) => void;

/** What `@fastify/session` puts on a request. */
interface SessionObject {
  readonly sessionId: string;
  readonly cookie: { expires: Date | null; originalMaxAge: number | null };
  touch(): void;
  save(done: Done): unknown;
}

type Values = Record<string, unknown>;

/** Keys of the plugin, not of the application. */
const OWN: ReadonlySet<string> = new Set(['cookie', 'sessionId', 'encryptedSessionId']);

interface SessionRequest {
  session?: SessionObject | null;
  sessionStore?: { get(id: string, done: Done): void };
}

class FastifySession implements StoredSession<unknown> {
  readonly id: string;
  readonly #request: SessionRequest;

  constructor(request: SessionRequest) {
    this.#request = request;
    this.id = sessionOf(request).sessionId;
  }

  /** Does not use `reload()`, which turns a deleted session into an empty one, and fails in the versions for Fastify 4. */
  async load(): Promise<unknown> {
    const stored = await this.#read();
    if (stored === undefined) return undefined;
    // The type of a session declares only its own members; the application's values are beside them.
    const session = sessionOf(this.#request) as unknown as Values;
    // The store may have the very object that the request has.
    const values = Object.entries(stored).filter(([name]) => !OWN.has(name));
    for (const name of Object.keys(session)) if (!OWN.has(name)) delete session[name];
    // HTTP requests may have extended its life since the connection opened.
    const { cookie } = sessionOf(this.#request);
    cookie.expires = expiryOf(stored);
    cookie.originalMaxAge = lifeOf(stored);
    return Object.assign(session, Object.fromEntries(values));
  }

  async exists(): Promise<boolean> {
    return (await this.#read()) !== undefined;
  }

  async #read(): Promise<Values | undefined> {
    const stored = await called((done) => this.#request.sessionStore?.get(this.id, done));
    if (!stored) return undefined;
    const expires = expiryOf(stored as Values);
    // The next HTTP request would treat it as ended, even if the store still has it.
    return expires !== null && expires.getTime() <= Date.now() ? undefined : (stored as Values);
  }

  current() {
    // `session.destroy()` removes it from the request.
    const { session } = this.#request;
    return session ? { id: session.sessionId, session } : undefined;
  }

  /** Its life begins anew, as with an HTTP request. */
  save(session: unknown): Promise<unknown> {
    (session as SessionObject).touch();
    return called((done) => (session as SessionObject).save(done));
  }
}

/** Stores keep it as a date or as JSON has it. */
function expiryOf({ cookie }: Values): Date | null {
  const { expires } = (cookie ?? {}) as { expires?: Date | string | null };
  return expires ? new Date(expires) : null;
}

/** Milliseconds from each save. */
function lifeOf({ cookie }: Values): number | null {
  return (cookie as { originalMaxAge?: number | null } | undefined)?.originalMaxAge ?? null;
}

function called(run: (done: Done) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    run((error, value) => (error ? reject(error) : resolve(value)));
  });
}

function sessionOf(request: SessionRequest): SessionObject {
  const { session, sessionStore } = request;
  if (session === undefined) throw sessionMissing("app.register(session) of '@fastify/session'");
  if (session === null) throw new SessionEnded();
  if (sessionStore === undefined) throw sessionInCookie('@fastify/session');
  return session;
}
