import { ClientError } from '@sio/core';

/**
 * The session is no longer in its store: it was destroyed, as by a logout, or has expired, or nothing was ever kept in it
 * (`saveUninitialized: false`). A handler that lets it pass tells the client `session_ended`.
 */
export class SessionEnded extends ClientError {
  constructor(options?: ErrorOptions) {
    super('session_ended', 'The session has ended', undefined, options);
  }
}

/**
 * The session cannot be used as the application is set up. `code` is stable:
 *
 * | code | meaning |
 * |---|---|
 * | `SIO_SESSION_MISSING` | the request has none: no session middleware runs before the mount |
 * | `SIO_SESSION_IN_COOKIE` | it is kept in a cookie, which only an HTTP answer could change |
 * | `SIO_SESSION_REPLACED` | `regenerate` was called: the new id would have to reach the browser in a cookie |
 */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type SessionErrorCode = 'SIO_SESSION_MISSING' | 'SIO_SESSION_IN_COOKIE' | 'SIO_SESSION_REPLACED';

/** Anything that has an Express request: a socket, a namespace. */
export interface HasRequest {
  readonly request: { session?: unknown };
}

/** The session's type as the application has declared it. */
export type SessionOf<T extends HasRequest> = NonNullable<T['request']['session']>;

type Done = (error?: unknown, session?: unknown) => void;

interface StoredSession {
  readonly id: string;
  reload(done: Done): unknown;
  save(done: Done): unknown;
}

interface SessionRequest {
  session?: unknown;
  sessionID?: string;
  sessionStore?: { get(id: string, done: Done): void };
}

/** Whoever works on a session, by its id: the next one waits. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Works on the login session of a connection, as express-session's store has it now: reads it again, runs `fn`, and saves it
 * if `fn` has changed it. So a handler sees what HTTP requests have changed meanwhile, and they see what it changes. Calls for
 * one session run one after the other within this process.
 *
 * @returns what `fn` returns
 * @throws SessionEnded when it ended before or while `fn` ran: nothing is saved then, so that a logout stays a logout
 * @throws SessionError when there is none, or it is of a kind that cannot be changed from here
 * @example
 * const visits = await withSession(this, (session) => { session.visits++; return session.visits; });
 */
export async function withSession<T extends HasRequest, R>(
  socket: T,
  fn: (session: SessionOf<T>) => R | PromiseLike<R>,
): Promise<R> {
  const request = socket.request as SessionRequest;
  const { id } = storedSession(request);
  const before = queues.get(id);
  const work = (before ?? Promise.resolve()).then(() => workOn(request, id, fn as (session: unknown) => R));
  const settled = work.then(nothing, nothing);
  queues.set(id, settled);
  try {
    return await work;
  } finally {
    if (queues.get(id) === settled) queues.delete(id);
  }
}

async function workOn<R>(
  request: SessionRequest,
  id: string,
  fn: (session: unknown) => R | PromiseLike<R>,
): Promise<R> {
  await reload(request, id);
  const before = JSON.stringify(request.session);
  const result = fn(request.session);
  const waited = result instanceof Promise;
  const value = await result;
  // `session.destroy()` takes it off the request.
  if (request.session === undefined || JSON.stringify(request.session) === before) return value;
  const session = storedSession(request);
  if (session.id !== id) throw replaced();
  // While `fn` waited, somebody may have logged out; saving would bring the session back.
  if (waited && !(await exists(request, id))) throw new SessionEnded();
  await called((done) => session.save(done));
  return value;
}

async function reload(request: SessionRequest, id: string): Promise<void> {
  try {
    await called((done) => storedSession(request).reload(done));
  } catch (cause) {
    if (await exists(request, id)) throw cause;
    throw new SessionEnded({ cause });
  }
}

/** @throws what the store fails with */
async function exists(request: SessionRequest, id: string): Promise<boolean> {
  const { sessionStore } = request;
  if (sessionStore === undefined) return true;
  return Boolean(await called((done) => sessionStore.get(id, done)));
}

function called(run: (done: Done) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    run((error, value) => (error ? reject(error) : resolve(value)));
  });
}

function storedSession(request: SessionRequest): StoredSession {
  const session = request.session as Partial<StoredSession> | null | undefined;
  if (session === undefined || session === null) {
    // express-session leaves the id when the session is destroyed.
    if (request.sessionID !== undefined) throw new SessionEnded();
    throw new SessionError(
      'SIO_SESSION_MISSING',
      'The request has no session: run the session middleware before the mount, as in app.use(session(…)); app.use(socketio(…))',
    );
  }
  if (typeof session.reload !== 'function' || typeof session.save !== 'function') {
    throw new SessionError(
      'SIO_SESSION_IN_COOKIE',
      'This session is kept in a cookie, and only an answer to an HTTP request can set a cookie: change it in a route that the page fetches, or keep sessions in a store with express-session',
    );
  }
  return session as StoredSession;
}

function replaced(): SessionError {
  return new SessionError(
    'SIO_SESSION_REPLACED',
    'The session got a new id, which only an answer to an HTTP request can give to the browser: log in with an HTTP request',
  );
}

function nothing(): void {}
