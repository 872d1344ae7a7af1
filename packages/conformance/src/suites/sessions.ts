import { once } from 'node:events';
import { SessionEnded, SessionError } from '@sio/core';
import { CookieJar, connected, transports } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

/** An app of one framework whose sockets and routes share a login session. */
export interface SessionApp {
  /**
   * Has `/login?as=<user>`, `/logout`, which with `?sockets=too` ends those of the session as well, and `/session`, which gives
   * `user`, `visits` and `list` as JSON; unset ones may be null.
   */
  readonly url: string;
  /** Users in the store. Undefined where the store cannot be inspected. */
  users?(): readonly unknown[] | Promise<readonly unknown[]>;
}

/** An app whose sessions live for some time. */
export interface DatedSessions extends SessionApp {
  /** When the one session in the store ends (ms since the epoch). */
  expiry(): number | Promise<number>;
  /** Lets the one session in the store end in `ms`, as if it had been saved earlier. */
  expireIn(ms: number): unknown;
}

/**
 * Starts one, for the length of the test. Its `/` has the events `whoami` (as the connection began), `read` (as it is now), `visit`
 * (one more), `add` (one more in `list`, slowly), and `slowly` (says `working`, waits for `go on`, and tells {@link outcomeOf}).
 * @param eagerly whether requests save and renew the session as often as the framework can be told to.
 */
export type ServeSession = (eagerly: boolean) => Promise<SessionApp>;

/**
 * Declares the tests of what every adapter's `withSession` does.
 * @param serveFor starts an app whose sessions live for so many milliseconds, where their end can be seen and changed.
 */
export function sessionSuite(serve: ServeSession, serveFor?: (maxAge: number) => Promise<DatedSessions>): void {
  describe.each(transports)('over %s', (_transport, list) => {
    async function loggedIn({ url }: SessionApp) {
      const jar = new CookieJar();
      await jar.fetch(`${url}/login?as=ada`);
      const { headers } = jar;
      const open = () => connected(url, { transports: [...list], extraHeaders: headers });
      /** The user that the cookie of the login stands for now. */
      const session = async () => set((await (await fetch(`${url}/session`, { headers })).json()) as object);
      return { jar, socket: await open(), open, session };
    }

    test('knows who has logged in', async () => {
      const { socket } = await loggedIn(await serve(false));
      expect(await socket.emitWithAck('whoami')).toBe('ada');
    });

    test('shows the next HTTP request what a handler has changed, and the other way round', async () => {
      const app = await serve(false);
      const { jar, socket, session } = await loggedIn(app);
      expect(await socket.emitWithAck('visit')).toBe(1);
      expect(await session()).toEqual({ user: 'ada', visits: 1 });
      await jar.fetch(`${app.url}/login?as=grace`);
      expect(await socket.emitWithAck('read')).toBe('grace');
      expect(await socket.emitWithAck('visit')).toBe(2);
      expect(await session()).toEqual({ user: 'grace', visits: 2 });
    });

    test('loses no change when several events and sockets work on one session at once', async () => {
      const { socket, open, session } = await loggedIn(await serve(false));
      const sockets = [socket, await open()];
      await Promise.all([1, 2, 3, 4, 5, 6].map((n) => sockets[n % 2]!.emitWithAck('add', n)));
      expect((await session()).list).toHaveLength(6);
      expect((await session()).list).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6]));
    });

    test('stays logged out although a connection goes on', async () => {
      const app = await serve(true);
      const { jar, socket, session } = await loggedIn(app);
      await jar.fetch(`${app.url}/logout`);
      const told = { error: { name: 'session_ended', message: 'The session has ended' } };
      expect(await socket.emitWithAck('visit')).toEqual(told);
      expect(await session()).toEqual({});
      expect((await app.users?.()) ?? []).toEqual([]);
    });

    test('sends the sockets of a session away where a route ends both, and no other socket', async () => {
      const app = await serve(false);
      const { jar, socket, open } = await loggedIn(app);
      const tabs = [socket, await open()];
      const visitor = await connected(app.url, { transports: [...list] });
      const gone = tabs.map((tab) => once(tab as never, 'disconnect'));
      await jar.fetch(`${app.url}/logout?sockets=too`);
      expect((await Promise.all(gone)).map(([reason]) => reason)).toEqual(Array(2).fill('io server disconnect'));
      expect(await visitor.emitWithAck('whoami')).toBe('nobody');
    });

    test.runIf(serveFor)('prolongs a session that it changes as an HTTP request does', async () => {
      const life = 60_000;
      const app = await serveFor!(life);
      const { jar, socket } = await loggedIn(app);
      async function prolonged(change: () => Promise<unknown>) {
        await app.expireIn(life / 2);
        const before = Date.now();
        await change();
        const end = await app.expiry();
        return before + life <= end && end <= Date.now() + life;
      }
      expect(await prolonged(() => jar.fetch(`${app.url}/login?as=grace`))).toBe(true);
      expect(await prolonged(() => socket.emitWithAck('visit'))).toBe(true);
      // A change that a further one follows at once.
      expect(await prolonged(() => Promise.all([1, 2].map((n) => socket.emitWithAck('add', n))))).toBe(true);
    });

    test('does not bring a session back that ended while a handler worked on it', async () => {
      const app = await serve(false);
      const { jar, socket, session } = await loggedIn(app);
      const working = once(socket as never, 'working');
      const outcome = socket.emitWithAck('slowly');
      await working;
      await jar.fetch(`${app.url}/logout`);
      socket.emit('go on');
      expect(await outcome).toBe('ended');
      expect((await app.users?.()) ?? []).toEqual([]);
      expect(await session()).toEqual({});
    });
  });
}

/** Without what is not set. */
function set(session: object): { readonly [key: string]: unknown } {
  return Object.fromEntries(Object.entries(session).filter(([, value]) => value !== null));
}

/** How work on a session went: `saved`, `ended`, or the code of what is wrong. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SessionEnded) return 'ended';
  return error instanceof SessionError ? error.code : String(error ?? 'saved');
}
