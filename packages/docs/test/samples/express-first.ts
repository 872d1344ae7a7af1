// #region
import { Namespace, socketio } from '@sio/express';
import express from 'express';

class ChatNamespace extends Namespace {
  onChat(text: string) {
    this.broadcast.emit('chat', text);
  }
}

const app = express();
app.use(socketio({ '/chat': ChatNamespace }));
app.listen(3000);
// #endregion
