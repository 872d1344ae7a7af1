import { ConnectionRefused, Namespace } from '@sio/core';

export class Chat extends Namespace {
  onConnect({ name } = {}) {
    if (name === undefined) throw new ConnectionRefused('Log in first');
  }

  onSay(text) {
    this.broadcast.emit('said', this.handshake.auth.name, text);
    return { delivered: true };
  }
}
