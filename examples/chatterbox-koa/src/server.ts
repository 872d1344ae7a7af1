import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import { claim, contentSecurityPolicy, MembersNamespace, page } from '@sio/example-chatterbox';
import { socketio } from '@sio/koa';
import Koa, { type Context } from 'koa';
import bodyParser from 'koa-bodyparser';
import session from 'koa-session';
import files from 'koa-static';
import { MemoryStore } from './store.js';

class ChatNamespace extends MembersNamespace<Context> {
  protected override account() {
    return this.request.session.name as string | undefined;
  }
}

const app = new Koa();
const chat = socketio({ '/chat': ChatNamespace });

app.keys = [process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')];
app.use((ctx, next) => {
  ctx.set('Content-Security-Policy', contentSecurityPolicy);
  return next();
});
app.use(files(page));
app.use(session({ store: new MemoryStore(), sameSite: 'lax' }, app));
app.use(bodyParser());

const accounts = new Router();

accounts.post('/login', async (ctx) => {
  const { name } = ctx.request.body as { name?: unknown };
  const decision = claim(chat.io, name, ctx.session.name);
  if ('refused' in decision) {
    ctx.status = 400;
    ctx.body = decision.refused;
    return;
  }
  endAfterwards(ctx);
  // A new id: knowing the visitor's old one makes no other browser the member.
  await ctx.session.regenerate();
  ctx.session.name = decision.name;
  ctx.status = 204;
});

accounts.post('/logout', (ctx) => {
  endAfterwards(ctx);
  ctx.session = null;
  ctx.status = 204;
});

/** Closes the session's sockets when the answer is out: by then koa-session has saved what becomes of it. */
function endAfterwards(ctx: Context): void {
  const id = ctx.session.externalKey as string;
  ctx.res.once('finish', () => chat.io.endSession(id));
}

app.use(accounts.routes());
app.use(chat);

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`Chatterbox: http://localhost:${(server.address() as AddressInfo).port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await chat.io.close();
    server.close();
  });
}
