import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { contract, listen, type Setup } from '@sio/conformance';
import { socketio, withSession } from '@sio/koa';
import type Koa from 'koa';
import type { Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import mount from 'koa-mount';
import session from 'koa-session';
import { MemoryStore, majors } from './support/kit.js';

async function startServer(App: typeof Koa, { mounts, guard, session: wanted, bodyParsers, tls }: Setup) {
  const app = new App();
  if (wanted) addSession(app);
  app.use(async (ctx, next) => {
    const verdict = guard?.(ctx.headers);
    if (verdict === undefined) return next();
    ctx.set(verdict.headers);
    Object.assign(ctx, { status: verdict.status, body: verdict.body });
  });
  if (bodyParsers) app.use(bodyParser({ enableTypes: ['json', 'form', 'text'] }));
  const all = mounts.map(({ prefix, namespaces, options }) => {
    const middleware = socketio(namespaces, options);
    app.use(mount(prefix || '/', middleware));
    return middleware;
  });
  app.use((ctx, next) => (ctx.path === '/hello' ? void Object.assign(ctx, { body: 'hello' }) : next()));
  const httpServer = tls === undefined ? createServer(app.callback()) : createHttpsServer({ ...tls }, app.callback());
  const url = await listen(httpServer);
  const close = async () => {
    await new Promise((resolve) => httpServer.close(resolve));
    await Promise.all(all.map(({ io }) => io.close()));
  };
  return { url, httpServer, io: all[0]!.io, close };
}

function addSession(app: Koa): void {
  app.keys = ['a test'];
  app.use(session({ store: new MemoryStore(), rolling: true }, app));
  app.use(async (ctx, next) => {
    const [, route, user] = ctx.path.split('/');
    ctx.session.visited = true;
    if (route === 'login') ctx.session.user = user;
    else if (route === 'logout') ctx.session = null;
    else if (route !== 'whoami') return next();
    ctx.body = ctx.session?.user ?? '';
  });
}

for (const [name, App] of majors) {
  contract<Context>((setup) => startServer(App, setup), {
    name,
    isRequest: (request: unknown) => typeof (request as Context).cookies?.get === 'function',
    session: {
      read: (socket) => withSession(socket, ({ user }: { user?: string }) => user),
      write: (socket, user) => withSession(socket, (stored) => Object.assign(stored as object, { user })),
    },
  });
}
