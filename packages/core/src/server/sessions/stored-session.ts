import { isThenable } from '../../internal/events/lazy-emitter.js';
import { SessionEnded, SessionError } from './session-error.js';

/** A login session in a store, as an adapter's helper reads and saves it. Every method may reject with the store's error. */
export interface StoredSession<Session> {
  /** The session's id in the store. Within this process, work on one id is done in turn. */
  readonly id: string;
  /** Reads the session again; undefined if the store no longer has it. */
  load(): Promise<Session | undefined>;
  /** Whether the store still has the session. */
  exists(): Promise<boolean>;
  /** The session to save after the work; undefined if the work has destroyed it. */
  current(): { readonly id: string; readonly session: Session } | undefined;
  /** Saves the session in the store. */
  save(session: Session): Promise<unknown>;
  /** Removes a session that the work has destroyed from the store. Needed only where the framework would remove it with its answer. */
  end?(): Promise<unknown>;
}

/** Work on sessions, by their ids: the next piece of work waits. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Works on a session as its store has it now: reads it again, runs `fn`, and saves it if `fn` has changed it. Work on one
 * session is done in turn, one call after the other.
 *
 * @returns what `fn` returns
 * @throws SessionEnded if it ended before or while `fn` ran. Nothing is saved then, so a logout stays a logout
 * @throws SessionError `SIO_SESSION_REPLACED` when `fn` gave it another id
 */
export async function workOnSession<Session, R>(
  stored: StoredSession<Session>,
  fn: (session: Session) => R | PromiseLike<R>,
): Promise<R> {
  const { id } = stored;
  const work = (queues.get(id) ?? Promise.resolve()).then(() => readWorkSave(stored, fn));
  const settled = work.then(nothing, nothing);
  queues.set(id, settled);
  try {
    return await work;
  } finally {
    if (queues.get(id) === settled) queues.delete(id);
  }
}

async function readWorkSave<Session, R>(
  stored: StoredSession<Session>,
  fn: (session: Session) => R | PromiseLike<R>,
): Promise<R> {
  const session = await stored.load();
  if (session === undefined) throw new SessionEnded();
  const before = JSON.stringify(session);
  const result = fn(session);
  const waited = isThenable(result);
  const value = await result;
  const current = stored.current();
  if (current === undefined) await stored.end?.();
  if (current === undefined || JSON.stringify(current.session) === before) return value;
  if (current.id !== stored.id) throw sessionReplaced();
  // The user may have logged out while `fn` waited; saving would bring the session back.
  if (waited && !(await stored.exists())) throw new SessionEnded();
  await stored.save(current.session);
  return value;
}

/** Makes the error for a request without a session. @param how to install one, as in `app.use(session(…))` */
export function sessionMissing(how: string): SessionError {
  return new SessionError('SIO_SESSION_MISSING', `The request has no session: ${how} must come before the mount`);
}

/** Makes the error for a session that is kept in a cookie. @param instead what keeps sessions in a store */
export function sessionInCookie(instead: string): SessionError {
  return new SessionError(
    'SIO_SESSION_IN_COOKIE',
    `This session is kept in a cookie, and only an answer to an HTTP request can set a cookie: change it in a route that the page fetches, or keep sessions in a store with ${instead}`,
  );
}

export function sessionReplaced(): SessionError {
  return new SessionError(
    'SIO_SESSION_REPLACED',
    'The session got a new id, which only an answer to an HTTP request can give to the browser: log in with an HTTP request',
  );
}

function nothing(): void {}
