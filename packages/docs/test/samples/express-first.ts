import express from 'express';

const app = express();

// #region
import { Namespace, socketio } from '@sio/express';

class ChatNamespace extends Namespace {
  onChat(text: string) {
    this.broadcast.emit('chat', text);
  }
}
app.use(socketio({ '/chat': ChatNamespace }));
// #endregion
app.listen(3000);
