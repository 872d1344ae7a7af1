import type Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import { KoaPassport } from 'koa-passport';
import session, { type CreateSessionOptions } from 'koa-session';
import { Strategy } from 'passport-local';
import { describe, expect, test } from 'vitest';
import { Namespace, socketio } from '../src/index.js';
import { CookieJar, connected, listen, MemoryStore, majors, refused, transports } from './support/kit.js';

interface User {
  name: string;
}

class Account extends Namespace {
  onWhoami() {
    return (this.request.state.user as User).name;
  }
}

describe.each(majors)('%s with Passport', (_name, App) => {
  async function appWithLogin() {
    const passport = new KoaPassport();
    passport.use(new Strategy((name, password, done) => done(null, password === 'mellon' && { name })));
    passport.serializeUser((user, done) => done(null, (user as User).name));
    passport.deserializeUser((name, done) => done(null, { name: String(name) }));
    const app: Koa = new App();
    app.keys = ['k'];
    app.use(session({ store: new MemoryStore() } as CreateSessionOptions, app));
    app.use(passport.initialize()).use(passport.session());
    const chat = socketio({ '/': Account });
    const login = passport.authenticate('local');
    app.use(bodyParser());
    app.use(async (ctx, next) => {
      if (ctx.path === '/login') {
        await login(ctx as never, async () => {
          ctx.body = 'in';
        });
      } else if (ctx.path === '/logout') {
        const id = ctx.session.externalKey;
        await ctx.logout();
        ctx.res.once('finish', () => chat.io.endSession(id));
        ctx.body = 'out';
      } else await next();
    });
    app.use(async (ctx, next) => {
      if (ctx.isAuthenticated()) return next();
      ctx.status = 401;
      ctx.body = 'Log in first';
    });
    app.use(chat);
    const url = await listen(app, chat);
    const jar = new CookieJar();
    const logIn = (password: string) =>
      jar.fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ username: 'ann', password }) });
    return { url, jar, logIn, chat };
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
    const [conn] = [...chat.io.engine.clients.values()];
    // A poll that comes after the logout gets the guard's 401.
    await expect.poll(() => conn?.transport.writable, { interval: 5 }).toBe(true);
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await jar.fetch(`${url}/logout`);
    expect(await gone).toBe('io server disconnect');
    await refused(url, { ...options, extraHeaders: jar.headers });
  });
});
