import { socketio } from '@sio/koa';
import Koa from 'koa';
import { Chat } from './chat.js';

let leaving = false;
const app = new Koa({ proxy: process.env.NODE_ENV === 'production', maxIpsCount: 1 });
app.use((ctx, next) => {
  if (ctx.path !== '/healthz') return next();
  ctx.status = leaving ? 503 : 200;
});
const chat = socketio({ '/chat': Chat });
app.use(chat);
const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`http://localhost:${server.address().port}`);
});

process.once('SIGTERM', async () => {
  leaving = true;
  await chat.io.drain({ deadline: 10_000, jitter: 2_000 });
  await chat.io.close();
  server.close();
});
