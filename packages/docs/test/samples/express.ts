// #region

import { Namespace, socketio } from '@sio/express';
import express from 'express';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('say', text);
  }
}

const app = express();
app.use(socketio({ '/chat': Chat }));
app.listen(3000);
// #endregion
