import { server as hapi } from '@hapi/hapi';
import { socketio } from '@sio/hapi';
import { Chat } from './chat.js';

let leaving = false;
const server = hapi({ port: Number(process.env.PORT ?? 3000) });
server.route({ method: 'GET', path: '/healthz', handler: (_request, h) => h.response().code(leaving ? 503 : 200) });
const chat = socketio({ '/chat': Chat });
await server.register(chat);
await server.start();
console.log(`http://localhost:${server.info.port}`);

process.once('SIGTERM', async () => {
  leaving = true;
  await chat.io.drain({ deadline: 10_000, jitter: 2_000 });
  await server.stop();
});
