import { isThenable } from '../../internal/events/lazy-emitter.js';
import { SessionEnded, SessionError } from './session-error.js';

/** A login session that is kept in a store, as an adapter's helper reaches it. Every method may reject with the store's error. */
export interface StoredSession<Session> {
  /** Its id in the store. Work on one id is done in turn within this process. */
  readonly id: string;
  /** Reads it again; undefined when the store has it no more. */
  load(): Promise<Session | undefined>;
  /** Whether the store still has it. */
  exists(): Promise<boolean>;
  /** The session to save after the work; undefined when the work has destroyed the session. */
  current(): { readonly id: string; readonly session: Session } | undefined;
  /** Keeps it. */
  save(session: Session): Promise<unknown>;
  /** Takes a session that the work has destroyed out of the store, where the framework would do so with its answer. */
  end?(): Promise<unknown>;
}

/** Work on sessions, by their ids: the next piece of work waits. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Works on a session as its store has it now: reads it again, runs `fn`, and saves it if `fn` has changed it. Work on one
 * session is done in turn.
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
  // While `fn` waited, somebody may have logged out; saving would bring the session back.
  if (waited && !(await stored.exists())) throw new SessionEnded();
  await stored.save(current.session);
  return value;
}

/** The error where no session has been made. @param how to install one, as in `app.use(session(…))` */
export function sessionMissing(how: string): SessionError {
  return new SessionError('SIO_SESSION_MISSING', `The request has no session: ${how} must come before the mount`);
}

/** The error where a session is kept in a cookie. @param instead what keeps sessions in a store */
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
