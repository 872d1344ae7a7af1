import { Namespace, socketio } from '@sio/express';
import express from 'express';

class ChatNamespace extends Namespace {
  room = '';

  onNickname(name: string) {
    this.shared.name = name;
    this.broadcast.emit('announcement', `${name} enters`);
    return true;
  }

  async onJoin(room: string) {
    this.room = room;
    await this.join(room);
    return true;
  }

  onUserMessage(text: string) {
    this.to(this.room).emit('msg_to_room', this.shared.name, text);
  }

  onDisconnect() {
    this.broadcast.emit('announcement', `${this.shared.name} leaves`);
  }
}

const app = express();
app.use(socketio({ '/chat': ChatNamespace }));
app.listen(3000);
