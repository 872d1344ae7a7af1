import { socketio } from '@sio/koa';
import Koa from 'koa';
import { Chat } from './chat.js';

const app = new Koa();
const chat = socketio({ '/chat': Chat });

app.use(chat);
app.use((ctx) => {
  if (ctx.path === '/') ctx.body = 'Socket.IO clients connect to /chat';
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://localhost:${address.port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await chat.io.close();
    server.close();
  });
}
