// #region

import { Namespace, socketio } from '@sio/koa';
import Koa from 'koa';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('say', text);
  }
}

const app = new Koa();
app.use(socketio({ '/chat': Chat }));
app.listen(3000);
// #endregion
