import { socketio } from '@sio/fastify';
import fastify from 'fastify';
import { Chat } from './chat.js';

let leaving = false;
const app = fastify({ trustProxy: process.env.NODE_ENV === 'production' ? 1 : false });
app.get('/healthz', (_req, reply) => reply.code(leaving ? 503 : 200).send());
// app.close() drains with these figures.
await app.register(socketio({ '/chat': Chat }, { drain: { deadline: 10_000, jitter: 2_000 } }));
await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '0.0.0.0' });
console.log(`http://localhost:${app.server.address().port}`);

process.once('SIGTERM', async () => {
  leaving = true;
  await app.io.drain({ deadline: 10_000, jitter: 2_000 });
  await app.close();
});
