// #region

import { Namespace, socketio } from '@sio/fastify';
import fastify from 'fastify';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('say', text);
  }
}

const app = fastify();
await app.register(socketio({ '/chat': Chat }));
await app.listen({ port: 3000 });
// #endregion
