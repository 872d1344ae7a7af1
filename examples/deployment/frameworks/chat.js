import { Namespace } from '@sio/core';

export class Chat extends Namespace {
  onSay(text) {
    this.nsp.emit('said', text);
    return { delivered: true };
  }
}
