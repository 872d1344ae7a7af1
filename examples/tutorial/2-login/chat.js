import { ConnectionRefused, Namespace } from '@sio/express';

export class Chat extends Namespace {
  name = '';

  onConnect() {
    const { name } = this.request.session;
    if (name === undefined) throw new ConnectionRefused('Log in first');
    this.name = name;
  }

  onSay(text) {
    this.nsp.emit('said', this.name, text);
  }
}
