import { createRequire } from 'node:module';
import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { Strategy } from 'passport-local';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { addSession, CookieJar, connected, listen, majors, refused, SECRET, transports } from './support/kit.js';

const require = createRequire(import.meta.url);

interface User {
  readonly name: string;
}

class Account extends Namespace {
  onWhoami() {
    return (this.request as unknown as { user?: User }).user?.name;
  }
}

/** What @fastify/passport adds to requests, in both its versions. */
interface PassportRequest {
  isAuthenticated(): boolean;
  logOut(): Promise<void>;
}

interface Passport {
  initialize(): never;
  secureSession(): never;
  use(name: string, strategy: Strategy): void;
  authenticate(name: string): preHandlerHookHandler;
  registerUserSerializer(fn: (user: User) => Promise<string>): void;
  registerUserDeserializer(fn: (name: string) => Promise<User>): void;
}

const sessions = ['@fastify/session', '@fastify/secure-session'];

describe.each(majors)('%s', (name, major) => {
  const { fastify, load } = major;

  describe.each(sessions)('with @fastify/passport on %s', (kind) => {
    async function appWithLogin() {
      const { Authenticator } = require(name === 'Fastify 5' ? '@fastify/passport' : '@fastify/passport-2');
      const passport: Passport = new Authenticator();
      passport.use(
        'local',
        new Strategy((user, password, done) => done(null, password === 'mellon' && { name: user })),
      );
      passport.registerUserSerializer(async (user) => user.name);
      passport.registerUserDeserializer(async (user) => ({ name: user }));
      const app = fastify();
      if (kind === '@fastify/session') await addSession(app, major);
      else
        await app.register(load('secure-session'), { secret: SECRET, salt: 'sixteen letters.', cookie: { path: '/' } });
      await app.register(load('formbody'));
      await app.register(passport.initialize());
      await app.register(passport.secureSession());
      const nameOf = (request: unknown) => (request as { user?: User }).user?.name;
      const options = kind === '@fastify/session' ? {} : { sessionId: nameOf };
      const chat = socketio({ '/': Account }, options);
      app.post('/login', { preValidation: passport.authenticate('local') }, async () => 'in');
      app.get('/logout', async (request) => {
        const id = kind === '@fastify/session' ? request.session.sessionId : nameOf(request);
        await (request as unknown as PassportRequest).logOut();
        return { closed: chat.io.endSession(String(id)) };
      });
      await app.register(membersOnly(chat));
      const url = await listen(app);
      const jar = new CookieJar();
      const logIn = (password: string) =>
        jar.fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ username: 'ann', password }) });
      return { url, jar, logIn, chat };
    }

    /** The mount behind a guard that other routes do not have. */
    function membersOnly(chat: ReturnType<typeof socketio>) {
      return async (scope: FastifyInstance) => {
        scope.addHook('preValidation', async (request, reply) => {
          if (!(request as unknown as PassportRequest).isAuthenticated()) await reply.code(401).send('Log in first');
        });
        await scope.register(chat);
      };
    }

    test.each(transports)('accepts users who have logged in over %s, and knows them', async (_transport, list) => {
      const options = { transports: [...list] };
      const { url, jar, logIn, chat } = await appWithLogin();
      const { description } = await refused(url, options);
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('401');
      expect((await logIn('friend')).status).toBe(401);
      expect((await logIn('mellon')).status).toBe(200);
      const socket = await connected(url, { ...options, extraHeaders: jar.headers });
      expect(await socket.emitWithAck('whoami')).toBe('ann');
      const [conn] = chat.io.engine.clients.values();
      // A poll that comes after the logout gets the guard's 401.
      await expect.poll(() => conn?.transport.writable, { interval: 5 }).toBe(true);
      const gone = new Promise((resolve) => socket.once('disconnect', resolve));
      expect(JSON.parse(await jar.text(`${url}/logout`))).toEqual({ closed: 1 });
      expect(await gone).toBe('io server disconnect');
      await refused(url, { ...options, extraHeaders: jar.headers });
    });
  });

  describe('with @fastify/jwt', () => {
    type JwtRequest = { jwtVerify(): Promise<User> };
    type JwtApp = { jwt: { sign(user: User): string } };

    const authenticate = async (request: FastifyRequest, _reply: FastifyReply) => {
      await (request as unknown as JwtRequest).jwtVerify();
    };

    async function appWithTokens(settings: object = {}) {
      const app = fastify();
      await app.register(load('cookie'));
      await app.register(load('jwt'), { secret: SECRET, ...settings });
      await app.register(socketio({ '/': Account }, { route: { onRequest: authenticate } }));
      const token = (app as unknown as JwtApp).jwt.sign({ name: 'ann' });
      return { url: await listen(app), token };
    }

    test.each(transports)('requires a token in the header over %s, and knows its user', async (_transport, list) => {
      const options = { transports: [...list] };
      const { url, token } = await appWithTokens();
      for (const authorization of ['', `Bearer ${token}x`]) {
        const { description } = await refused(url, { ...options, extraHeaders: { authorization } });
        expect(typeof description === 'number' ? `${description}` : description?.message).toContain('401');
      }
      const socket = await connected(url, { ...options, extraHeaders: { authorization: `Bearer ${token}` } });
      expect(await socket.emitWithAck('whoami')).toBe('ann');
    });

    test.each(transports)('accepts a token in a cookie over %s, as browsers send it', async (_transport, list) => {
      const { url, token } = await appWithTokens({ cookie: { cookieName: 'token', signed: false } });
      const extraHeaders = { cookie: `token=${token}` };
      const socket = await connected(url, { transports: [...list], extraHeaders });
      expect(await socket.emitWithAck('whoami')).toBe('ann');
      await refused(url, { transports: [...list] });
    });

    test.each(transports)('checks a token that the client sends as auth, over %s', async (_transport, list) => {
      class Guarded extends Namespace {
        async onConnect({ token }: { token?: string }) {
          const { jwt } = this.request.server as unknown as { jwt: { verify(token: string): User } };
          this.data.name = jwt.verify(String(token)).name;
        }

        onWhoami() {
          return this.data.name;
        }
      }
      const app = fastify();
      await app.register(load('jwt'), { secret: SECRET });
      await app.register(socketio({ '/': Guarded }, { logger: silent }));
      const token = (app as unknown as JwtApp).jwt.sign({ name: 'ann' });
      const url = await listen(app);
      await refused(url, { transports: [...list], auth: { token: 'forged' } });
      const socket = await connected(url, { transports: [...list], auth: { token } });
      expect(await socket.emitWithAck('whoami')).toBe('ann');
    });
  });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
