import type { AddressInfo } from 'node:net';
import { socketio } from '@sio/express';
import express from 'express';
import { ChatNamespace, contentSecurityPolicy, page } from './index.js';

const app = express();
const chat = socketio({ '/chat': ChatNamespace });

app.disable('x-powered-by');
app.use((_request, response, next) => {
  response.set('Content-Security-Policy', contentSecurityPolicy);
  next();
});
app.use(express.static(page, { redirect: false }));
app.use(chat);

const server = app.listen(Number(process.env.PORT ?? 3000), (error) => {
  if (error) throw error;
  console.log(`Chatterbox: http://localhost:${(server.address() as AddressInfo).port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // Requests under way are finished; then clients leave one after the other and reconnect to the next server.
    await chat.io.drain({ deadline: 10_000, jitter: 500 });
    await chat.io.close();
    server.close();
  });
}
