import { Namespace, socketio } from '@sio/express';
import express from 'express';

class Chat extends Namespace {
  name = '';

  onEnter(name: string) {
    this.name = name;
    return this.nsp.sockets.size;
  }

  onSay(text: string) {
    this.nsp.emit('said', this.name, text);
  }
}

const app = express();
app.use(socketio({ '/chat': Chat }));
app.listen(3000);
