// @ts-nocheck: the types of the plugin are those of Fastify 4.
import cookie from '@fastify/cookie';
import fastify from 'fastify';
import fastifySocketIO from 'fastify-socket.io';

const app = fastify();
app.register(cookie);
app.register(fastifySocketIO);

app.ready().then(() => {
  const chat = app.io.of('/chat');
  chat.on('connection', (socket) => {
    const { name = 'somebody' } = app.parseCookie(socket.handshake.headers.cookie ?? '');
    socket.on('say', (text) => chat.emit('said', name, text));
  });
});
await app.listen({ port: 3000 });
