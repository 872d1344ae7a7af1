import { createSecureServer } from 'node:http2';
import { server as hapi } from '@hapi/hapi';
import { socketio } from '@sio/hapi';
import { Chat } from '../frameworks/chat.js';
import { certificate } from './certificate.js';

const listener = createSecureServer({ ...certificate(), allowHTTP1: true });
const server = hapi({ listener, tls: true, port: Number(process.env.PORT ?? 443) });
server.route({ method: 'GET', path: '/healthz', handler: (_request, h) => h.response().code(200) });
const chat = socketio({ '/chat': Chat });
await server.register(chat);
await server.start();
console.log(`https://localhost:${server.info.port}`);

process.once('SIGTERM', async () => {
  await chat.io.drain({ deadline: 10_000, jitter: 2_000 });
  await server.stop();
});
