import { ConnectionRefused, Namespace } from '@sio/express';

declare module 'express-session' {
  interface SessionData {
    name?: string;
  }
}

export class Chat extends Namespace {
  onConnect() {
    const { name } = this.request.session;
    if (name === undefined) throw new ConnectionRefused('Log in first');
    this.data.name = name;
  }

  async onReady() {
    this.broadcast.emit('notice', `${this.data.name} enters`);
    await this.tellNames();
  }

  async onDisconnect() {
    this.nsp.emit('notice', `${this.data.name} leaves`);
    await this.tellNames();
  }

  onSay(text: string) {
    this.nsp.emit('said', this.data.name, text);
  }

  private async tellNames() {
    const sockets = await this.nsp.fetchSockets();
    this.nsp.emit('names', [...new Set(sockets.map((socket) => socket.data.name))].sort());
  }
}
