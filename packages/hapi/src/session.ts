import { SessionEnded } from '@sio/core';
import { type StoredSession, sessionInCookie, sessionMissing, workOnSession } from '@sio/core/mount';

/** A socket or a namespace with a Hapi request, which has a session of `@hapi/yar`. */
export interface HasRequest<Yar> {
  /** The request, with or without a session. */
  readonly request: { readonly yar: Yar };
}

/**
 * Reads the login session of a connection again from the cache of `@hapi/yar`, runs `fn`, and saves the session if `fn`
 * changed it. A handler sees the changes of HTTP requests, and they see its changes. Within this process, calls for one session
 * run one after the other.
 *
 * @returns the value that `fn` returns or resolves with
 * @throws SessionEnded (as rejection) if the session ended before or while `fn` ran (`yar.reset()`). Nothing is saved then, so that a logout
 * stays a logout
 * @throws SessionError (as rejection) if there is no session, or `@hapi/yar` may keep it in the cookie, as it does without `maxCookieSize: 0`
 * @example
 * const user = await withSession(this, (yar) => yar.get('user'));
 */
export async function withSession<Yar, R>(socket: HasRequest<Yar>, fn: (yar: Yar) => R | PromiseLike<R>): Promise<R> {
  const { request } = socket;
  // `yar` is generic here, so that users see the type of their own.
  return workOnSession(new YarSession(request as unknown as YarRequest), () => fn(request.yar));
}

/** The id under which the cache has the session. */
export function sessionIdOf(request: unknown): string | undefined {
  return (request as YarRequest).yar?.id;
}

type Values = Record<string, unknown>;

/** What `@hapi/yar` puts on a request. It has no public way to read a session again. */
interface Yar {
  readonly id: string;
  _store: Values;
  /** After `yar.lazy(true)` its own properties are values of the session as well. */
  _isLazy: boolean;
  readonly _cache: { get(id: string): Promise<Values | null>; set(id: string, values: Values, ttl: number): unknown };
  readonly _settings: { readonly maxCookieSize: number };
}

interface YarRequest {
  readonly yar?: Yar;
  /** Of `@hapi/cookie`. */
  readonly cookieAuth?: unknown;
}

class YarSession implements StoredSession<Values> {
  readonly id: string;
  readonly #yar: Yar;

  constructor({ yar, cookieAuth }: YarRequest) {
    if (yar === undefined && cookieAuth !== undefined)
      throw sessionInCookie("'@hapi/yar' and its option maxCookieSize: 0");
    if (yar === undefined) throw sessionMissing("server.register({ plugin: yar, … }) of '@hapi/yar'");
    if (yar._settings.maxCookieSize > 0) throw sessionInCookie("the option maxCookieSize: 0 of '@hapi/yar'");
    // There is no session yet.
    if (typeof yar.id !== 'string') throw new SessionEnded();
    this.id = yar.id;
    this.#yar = yar;
  }

  async load(): Promise<Values | undefined> {
    const stored = await this.#yar._cache.get(this.id);
    if (stored === null) return undefined;
    // A cache in memory may return the object that it stores.
    unpack(this.#yar, structuredClone(stored));
    return pack(this.#yar);
  }

  async exists(): Promise<boolean> {
    return (await this.#yar._cache.get(this.id)) !== null;
  }

  /** `reset()` has removed the session from the cache and begun an empty one, whose cookie the browser cannot get. */
  current() {
    return this.#yar.id === this.id ? { id: this.id, session: pack(this.#yar) } : undefined;
  }

  async save(session: Values): Promise<void> {
    await this.#yar._cache.set(this.id, session, 0);
  }
}

/** The cached part of a session, as `@hapi/yar` has it in a request. */
function pack(yar: Yar): Values {
  if (!yar._isLazy) return yar._store;
  const lazy = lazyValues(yar);
  return { ...yar._store, ...lazy, _lazyKeys: Object.keys(lazy) };
}

function unpack(yar: Yar, { _lazyKeys, ...values }: Values): void {
  for (const key in lazyValues(yar)) Reflect.deleteProperty(yar, key);
  for (const key of (_lazyKeys as string[] | undefined) ?? []) {
    Object.assign(yar, { [key]: values[key], _isLazy: true });
    delete values[key];
  }
  yar._store = values;
}

function lazyValues(yar: object): Values {
  const own = Object.entries(yar).filter(([key, value]) => !/^_|^id$/.test(key) && typeof value !== 'function');
  return Object.fromEntries(own);
}
