import { once } from 'node:events';
import Router from '@koa/router';
import { guideSuite, logoutSuite, visitorOf } from '@sio/conformance/suites';
import { connected, listen, refused } from '@sio/conformance/testing';
import { ClientError, Namespace, socketio, withSession } from '@sio/koa';
import Koa, { type Context, type Next } from 'koa';
import bodyParser from 'koa-bodyparser';
import mount from 'koa-mount';
import session from 'koa-session';
import { expect, test } from 'vitest';
import { MemoryStore } from './support/kit.js';

interface Login {
  name?: string;
  visits?: number;
}

class Chat extends Namespace<{ said: (from: string, text: string) => void }> {
  onSay(text: string) {
    const { name } = this.request.session as Login;
    if (name === undefined) throw new ClientError('who_are_you', 'Log in first');
    this.nsp.emit('said', name, text);
    return { delivered: true };
  }

  onVisit() {
    return withSession(this, (current: Login) => {
      current.visits = (current.visits ?? 0) + 1;
      return current.visits;
    });
  }
}

async function logStatus(ctx: Context, next: Next) {
  await next();
  ctx.app.emit('answered', `${ctx.method} ${ctx.status}`);
}

async function loggedIn(ctx: Context, next: Next) {
  ctx.assert(ctx.session.name, 401, 'Log in first');
  await next();
}

function makeApp(store: MemoryStore) {
  const app = new Koa();
  const chat = socketio({ '/chat': Chat });
  const accounts = new Router();

  accounts.post('/login', (ctx) => {
    ctx.session.name = (ctx.request.body as Login).name;
    ctx.status = 204;
  });

  accounts.post('/logout', (ctx) => {
    const id = ctx.session.externalKey;
    ctx.session = null;
    ctx.status = 204;
    ctx.res.once('finish', () => chat.io.endSession(id));
  });

  app.keys = ['keep it'];
  app.use(logStatus);
  app.use(session({ store }, app));
  app.use(bodyParser());
  app.use(accounts.routes());
  app.use(chat);
  return { app, chat };
}

async function guideApp() {
  const { app, chat } = makeApp(new MemoryStore());
  app.silent = true;
  const members = socketio({ '/chat': Chat });
  const guarded = new Koa();
  guarded.use(loggedIn);
  guarded.use(members);
  app.use(mount('/members', guarded));
  const url = await listen(app, chat, members);
  return { app, io: chat.io, ...visitorOf(url) };
}

guideSuite(guideApp);
logoutSuite(guideApp);

test('an app that is mounted on another has its own guards', async () => {
  const { jar, url, post } = await guideApp();
  const options = { path: '/members/socket.io', transports: ['websocket'] };
  expect((await refused(`${url}/chat`, options)).description).toMatchObject({
    message: expect.stringContaining('401'),
  });
  await post('/login', { name: 'Ann' });
  expect((await connected(`${url}/chat`, { ...options, extraHeaders: jar.headers })).connected).toBe(true);
});

test('code after the mount’s answer runs, with the status 101', async () => {
  const { app, url } = await guideApp();
  const answered = once(app, 'answered');
  await connected(`${url}/chat`, { transports: ['websocket'] });
  expect(await answered).toEqual(['GET 101']);
});

test('a route of @koa/router serves it, and its middlewares run first', async () => {
  const app = new Koa();
  app.silent = true;
  const chat = socketio({ '/': Chat });
  const onlyAcme = async (ctx: Context, next: Next) => {
    ctx.assert(ctx.params.tenant === 'acme', 403);
    await next();
  };
  const router = new Router();
  router.all('/:tenant/socket.io/{*rest}', onlyAcme, chat);
  app.use(router.routes());
  const url = await listen(app, chat);
  expect((await connected(url, { path: '/acme/socket.io' })).connected).toBe(true);
  await refused(url, { path: '/umbrella/socket.io' });
});
