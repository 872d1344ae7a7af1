import { describe, expect, test } from 'vitest';
import { Namespace, SessionError, type SocketioOptions, socketio, withSession } from '../src/index.js';
import { CookieJar, connected, listen, majors, RawWebSocket, SECRET, transports } from './support/kit.js';

/** What @fastify/secure-session puts on a request. */
interface SecureSession {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  touch(): void;
  delete(): void;
}

type WithSecureSession = { session: SecureSession };

class Account extends Namespace {
  onWhoami() {
    return (this.request as unknown as WithSecureSession).session.get('user');
  }

  async onTry() {
    const error = await withSession(this as never, (session: SecureSession) => session.set('user', 'eve')).catch(
      (reason: unknown) => reason,
    );
    return error instanceof SessionError ? `${error.code}: ${error.message}` : String(error);
  }
}

describe.each(majors)('%s with @fastify/secure-session', (_name, { fastify, load }) => {
  async function appWithSession(options: SocketioOptions = {}) {
    const app = fastify();
    await app.register(load('secure-session'), { secret: SECRET, salt: 'sixteen letters.', cookie: { path: '/' } });
    const sessionOf = (request: unknown) => (request as WithSecureSession).session;
    app.addHook('onRequest', async (request) => {
      // Rolling: every answer that passes onSend sets the cookie again.
      if (request.url.includes('rolling')) sessionOf(request).touch();
    });
    app.get<{ Querystring: { as: string } }>('/login', async (request) => {
      sessionOf(request).set('user', request.query.as);
      return 'in';
    });
    app.get('/logout', async (request) => {
      const user = sessionOf(request).get('user');
      sessionOf(request).delete();
      return { closed: chat.io.endSession(String(user)) };
    });
    app.get('/session', async (request) => ({ user: sessionOf(request).get('user') }));
    const chat = socketio({ '/': Account }, { pingInterval: 60_000, ...options });
    await app.register(chat);
    const url = await listen(app);
    return { url, jar: new CookieJar(), chat };
  }

  describe.each(transports)('over %s', (_transport, list) => {
    test('knows the logged-in user, and reports that a connection cannot write a cookie', async () => {
      const { url, jar } = await appWithSession();
      await jar.fetch(`${url}/login?as=ada`);
      const socket = await connected(url, { transports: [...list], extraHeaders: jar.headers });
      expect(await socket.emitWithAck('whoami')).toBe('ada');
      expect(await socket.emitWithAck('try')).toMatch(/^SIO_SESSION_IN_COOKIE: .*kept in a cookie.*@fastify\/session/);
      expect(await jar.text(`${url}/session`)).toBe('{"user":"ada"}');
    });

    test('closes the connections of a user who logs out, by the option sessionId', async () => {
      const { url, jar } = await appWithSession({
        sessionId: (request) => (request as unknown as WithSecureSession).session.get('user') as string,
      });
      const ben = new CookieJar();
      await jar.fetch(`${url}/login?as=ada`);
      await ben.fetch(`${url}/login?as=ben`);
      const [first, second, other] = await Promise.all(
        [jar, jar, ben].map(({ headers }) => connected(url, { transports: [...list], extraHeaders: headers })),
      );
      const gone = [first, second].map((socket) => new Promise((resolve) => socket!.once('disconnect', resolve)));
      expect(JSON.parse(await jar.text(`${url}/logout`))).toEqual({ closed: 2 });
      await Promise.all(gone);
      expect(await other!.emitWithAck('whoami')).toBe('ben');
    });
  });

  test('renews its cookie with the handshake and with the 101', async () => {
    const { url, jar } = await appWithSession();
    await jar.fetch(`${url}/login?as=ada`);
    const { headers } = jar;
    const opened = await RawWebSocket.open(`${url}/socket.io/?EIO=4&transport=websocket&rolling=1`, { headers });
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling&rolling=1`, { headers });
    for (const cookies of [opened.headers['set-cookie'], answer.headers.getSetCookie()]) {
      expect(cookies).toEqual([expect.stringMatching(/^session=/)]);
    }
  });

  test('stays logged out if a poll waited during the logout, with a rolling cookie', async () => {
    const { url, jar, chat } = await appWithSession();
    await jar.fetch(`${url}/login?as=ada`);
    const polling = `${url}/socket.io/?EIO=4&transport=polling&rolling=1`;
    const { sid } = JSON.parse((await jar.text(polling)).slice(1));
    const poll = `${polling}&sid=${sid}`;
    await jar.text(poll, { method: 'POST', body: '40' });
    await jar.text(poll);
    const held = jar.fetch(poll);
    await expect.poll(() => chat.io.engine.clients.get(sid)?.transport.writable, { interval: 5 }).toBe(true);
    await jar.fetch(`${url}/logout`);
    chat.io.emit('news', 1);
    const answer = await held;
    expect([await answer.text(), answer.headers.getSetCookie()]).toEqual(['42["news",1]', []]);
    expect(await jar.text(`${url}/session`)).toBe('{}');
  });
});
