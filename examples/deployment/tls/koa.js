import { createSecureServer } from 'node:http2';
import { socketio } from '@sio/koa';
import Koa from 'koa';
import { Chat } from '../frameworks/chat.js';
import { certificate } from './certificate.js';

const app = new Koa();
app.use((ctx, next) => {
  if (ctx.path !== '/healthz') return next();
  ctx.status = 200;
});
const chat = socketio({ '/chat': Chat });
app.use(chat);
const server = createSecureServer({ ...certificate(), allowHTTP1: true }, app.callback());
server.listen(Number(process.env.PORT ?? 443), () => console.log(`https://localhost:${server.address().port}`));

process.once('SIGTERM', async () => {
  await chat.io.drain({ deadline: 10_000, jitter: 2_000 });
  await chat.io.close();
  server.close();
});
