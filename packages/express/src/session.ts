import { SessionEnded } from '@sio/core';
import { type StoredSession, sessionInCookie, sessionMissing, workOnSession } from '@sio/core/mount';

/** Anything that has an Express request: a socket, a namespace. */
export interface HasRequest {
  /** The framework's request, with a session or without. */
  readonly request: { session?: unknown };
}

/** The session's type as the application has declared it. */
export type SessionOf<T extends HasRequest> = NonNullable<T['request']['session']>;

/**
 * Works on the login session of a connection, as express-session's store has it now: reads it again, runs `fn`, and saves it
 * if `fn` has changed it. So a handler sees what HTTP requests have changed meanwhile, and they see what it changes. Calls for
 * one session run one after the other within this process.
 *
 * @returns what `fn` returns
 * @throws SessionEnded if it ended before or while `fn` ran. Nothing is saved then, so a logout stays a logout
 * @throws SessionError when there is none, or it is of a kind that cannot be changed from here
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
    // `session.destroy()` takes it off the request.
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
