import { ClientError, ConnectionRefused, Namespace } from '@sio/express';

const ROOMS = ['lobby', 'kitchen', 'garden'];

export class Chat extends Namespace {
  room = '';

  onConnect() {
    const { name } = this.request.session;
    if (name === undefined) throw new ConnectionRefused('Log in first');
    this.data.name = name;
  }

  onReady() {
    this.emit('rooms', ROOMS);
  }

  async onDisconnect() {
    await this.leaveRoom();
  }

  async onEnter(room) {
    if (!ROOMS.includes(room)) throw new ClientError('no_such_room', `There is no room ${room}`);
    await this.leaveRoom();
    await this.join(room);
    this.room = room;
    this.to(room).emit('notice', `${this.data.name} enters`);
    await this.tellNames(room);
  }

  onSay(text) {
    this.nsp.to(this.room).emit('said', this.data.name, text);
  }

  async leaveRoom() {
    const { room } = this;
    if (room === '') return;
    this.room = '';
    await this.leave(room);
    this.nsp.to(room).emit('notice', `${this.data.name} leaves`);
    await this.tellNames(room);
  }

  async tellNames(room) {
    const sockets = await this.nsp.in(room).fetchSockets();
    this.nsp.to(room).emit('names', [...new Set(sockets.map((socket) => socket.data.name))].sort());
  }
}
