// #region
import { Namespace, socketio } from '@sio/core';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('say', text);
    return { delivered: true };
  }
}

socketio({ '/chat': Chat }).listen(3000);
// #endregion
