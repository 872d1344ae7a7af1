import { server as hapi } from '@hapi/hapi';
import { socketio } from '@sio/hapi';
import { Chat } from './chat.js';

const server = hapi({ port: Number(process.env.PORT ?? 3000) });

server.route({ method: 'GET', path: '/', handler: () => 'Socket.IO clients connect to /chat' });
await server.register(socketio({ '/chat': Chat }));

await server.start();
console.log(`http://localhost:${server.info.port}`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.stop());
