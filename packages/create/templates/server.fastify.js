import { socketio } from '@sio/fastify';
import { fastify } from 'fastify';
import { Chat } from './chat.js';

const app = fastify();

app.get('/', async () => 'Socket.IO clients connect to /chat');
await app.register(socketio({ '/chat': Chat }));

// In a container, other machines connect.
console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? 'localhost' }));

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
