// #region
import { server as hapi } from '@hapi/hapi';
import { Namespace, socketio } from '@sio/hapi';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('say', text);
  }
}

const server = hapi({ port: 3000 });
await server.register(socketio({ '/chat': Chat }));
await server.start();
// #endregion
