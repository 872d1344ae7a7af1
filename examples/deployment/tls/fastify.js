import { socketio } from '@sio/fastify';
import fastify from 'fastify';
import { Chat } from '../frameworks/chat.js';
import { certificate } from './certificate.js';

const app = fastify({ http2: true, https: { ...certificate(), allowHTTP1: true } });
app.get('/healthz', (_req, reply) => reply.code(200).send());
await app.register(socketio({ '/chat': Chat }, { drain: { deadline: 10_000, jitter: 2_000 } }));
await app.listen({ port: Number(process.env.PORT ?? 443), host: process.env.HOST ?? '0.0.0.0' });
console.log(`https://localhost:${app.server.address().port}`);

process.once('SIGTERM', () => app.close());
