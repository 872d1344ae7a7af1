import { ConnectionRefused, Namespace } from '@sio/express';

declare module 'express-session' {
  interface SessionData {
    name?: string;
  }
}

export class Chat extends Namespace {
  name = '';

  onConnect() {
    const { name } = this.request.session;
    if (name === undefined) throw new ConnectionRefused('Log in first');
    this.name = name;
  }

  onSay(text: string) {
    this.nsp.emit('said', this.name, text);
  }
}
