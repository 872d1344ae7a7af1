import cookieSession from 'cookie-session';
import type { RequestHandler } from 'express';
import session from 'express-session';
import { Passport } from 'passport';
import { Strategy } from 'passport-local';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { CookieJar, connected, listen, majors, refused, transports } from './support/kit.js';

declare global {
  namespace Express {
    interface User {
      name: string;
    }
  }
}

class Account extends Namespace {
  onWhoami() {
    return this.request.user?.name;
  }
}

/** Passport calls methods that cookie-session's objects lack. */
const withRegenerate: RequestHandler = (req, _res, next) => {
  const stub = (done: () => void) => done();
  if (req.session) Object.defineProperties(req.session, { regenerate: { value: stub }, save: { value: stub } });
  next();
};

const kinds: [string, () => RequestHandler[]][] = [
  ['express-session', () => [session({ secret: 's', resave: false, saveUninitialized: false })]],
  ['cookie-session', () => [cookieSession({ keys: ['k'] }), withRegenerate]],
];

describe.each(majors)('%s with Passport', (_name, express) => {
  describe.each(kinds)('and %s', (kind, sessions) => {
    async function appWithLogin() {
      const passport = new Passport();
      passport.use(new Strategy((name, password, done) => done(null, password === 'mellon' && { name })));
      passport.serializeUser((user, done) => done(null, user.name));
      passport.deserializeUser((name, done) => done(null, { name: String(name) }));
      const app = express();
      const options = kind === 'cookie-session' ? { sessionId: ({ user }: Express.Request) => user?.name } : {};
      const mount = socketio({ '/': Account }, options);
      app.use(...sessions(), passport.initialize(), passport.session());
      app.post('/login', express.urlencoded({ extended: false }), passport.authenticate('local'), (_req, res) => {
        res.send('in');
      });
      app.get('/logout', (req, res, next) => {
        const id = kind === 'cookie-session' ? req.user?.name : req.sessionID;
        req.logout((error) => {
          if (error) return next(error);
          mount.io.endSession(id ?? '');
          res.send('out');
        });
      });
      app.use((req, res, next) => {
        if (req.isAuthenticated()) next();
        else res.status(401).send('Log in first');
      });
      app.use(mount);
      const url = await listen(app, mount);
      const jar = new CookieJar();
      const logIn = (password: string) =>
        jar.fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ username: 'ann', password }) });
      return { url, jar, logIn, mount };
    }

    test.each(transports)('accepts users who have logged in over %s, and knows them', async (_transport, list) => {
      const options = { transports: [...list] };
      const { url, jar, logIn, mount } = await appWithLogin();
      const { description } = await refused(url, options);
      expect(typeof description === 'number' ? `${description}` : description?.message).toContain('401');
      expect((await logIn('friend')).status).toBe(401);
      expect((await logIn('mellon')).status).toBe(200);
      const socket = await connected(url, { ...options, extraHeaders: jar.headers });
      expect(await socket.emitWithAck('whoami')).toBe('ann');
      const [conn] = [...mount.io.engine.clients.values()];
      // A poll that comes after the logout gets the guard's 401.
      await expect.poll(() => conn?.transport.writable, { interval: 5 }).toBe(true);
      const gone = new Promise((resolve) => socket.once('disconnect', resolve));
      await jar.fetch(`${url}/logout`);
      expect(await gone).toBe('io server disconnect');
      await refused(url, { ...options, extraHeaders: jar.headers });
    });
  });
});
