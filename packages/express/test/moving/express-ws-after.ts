import { Namespace, socketio } from '@sio/express';
import express from 'express';

class Room extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('said', text);
  }
}

const app = express();
app.use(socketio({ '/rooms/:id': Room }));
app.listen(3000);
