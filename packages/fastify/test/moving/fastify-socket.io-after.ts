import cookie from '@fastify/cookie';
import { Namespace, socketio } from '@sio/fastify';
import fastify from 'fastify';

class Chat extends Namespace {
  onSay(text: string) {
    const { name = 'somebody' } = this.request.cookies;
    this.nsp.emit('said', name, text);
  }
}

const app = fastify();
app.register(cookie);
app.register(socketio({ '/chat': Chat }));
await app.listen({ port: 3000 });
