import { SessionEnded } from '@sio/core';
import { type StoredSession, sessionInCookie, sessionMissing, workOnSession } from '@sio/core/mount';

/** A socket or a namespace with an Express request. */
export interface HasRequest {
  /** The request, with or without a session. */
  readonly request: { session?: unknown };
}

/** The type of the session, as the application has declared it. */
export type SessionOf<T extends HasRequest> = NonNullable<T['request']['session']>;

/**
 * Reads the login session of a connection again from the store of express-session, runs `fn`, and saves the session if `fn`
 * changed it. A handler sees the changes of HTTP requests, and they see its changes. Within this process, calls for one session
 * run one after the other.
 *
 * @returns the value that `fn` returns or resolves with
 * @throws SessionEnded (as rejection) if the session ended before or while `fn` ran. Nothing is saved then, so that a logout stays a logout
 * @throws SessionError (as rejection) if there is no session, it is kept in a cookie, or `fn` replaced it
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
  return workOnSession(new ExpressSession(socket.request), fn as (session: unknown) => R);
}

type Done = (error?: unknown, session?: unknown) => void;

/** Properties that express-session adds to a request. */
interface SessionObject {
  readonly id: string;
  reload(done: Done): unknown;
  touch?(): unknown;
  save(done: Done): unknown;
}

interface SessionRequest {
  session?: unknown;
  sessionID?: string;
  sessionStore?: { get(id: string, done: Done): void };
}

class ExpressSession implements StoredSession<unknown> {
  readonly id: string;
  readonly #request: SessionRequest;

  constructor(request: SessionRequest) {
    this.#request = request;
    this.id = sessionOf(request).id;
  }

  async load(): Promise<unknown> {
    try {
      await called((done) => sessionOf(this.#request).reload(done));
      return this.#request.session;
    } catch (cause) {
      if (await this.exists()) throw cause;
      throw new SessionEnded({ cause });
    }
  }

  async exists(): Promise<boolean> {
    const { sessionStore } = this.#request;
    return sessionStore === undefined || Boolean(await called((done) => sessionStore.get(this.id, done)));
  }

  current() {
    // `session.destroy()` removes it from the request.
    if (this.#request.session === undefined) return undefined;
    const session = sessionOf(this.#request);
    return { id: session.id, session };
  }

  /** Its life begins anew, as with an answer to an HTTP request. */
  save(session: unknown): Promise<unknown> {
    (session as SessionObject).touch?.();
    return called((done) => (session as SessionObject).save(done));
  }
}

function called(run: (done: Done) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    run((error, value) => (error ? reject(error) : resolve(value)));
  });
}

function sessionOf(request: SessionRequest): SessionObject {
  const session = request.session as Partial<SessionObject> | null | undefined;
  if (session === undefined || session === null) {
    // express-session leaves the id when the session is destroyed.
    if (request.sessionID !== undefined) throw new SessionEnded();
    throw sessionMissing('app.use(session(…))');
  }
  if (typeof session.reload !== 'function' || typeof session.save !== 'function') {
    throw sessionInCookie('express-session');
  }
  return session as SessionObject;
}
