import { ConnectionRefused, Namespace, socketio } from '@sio/express';
import express from 'express';

class Chat extends Namespace {
  onConnect(auth: { name?: string }) {
    if (auth.name === undefined) throw new ConnectionRefused('Tell your name');
    this.data.name = auth.name;
  }

  async onEnter(room: string) {
    await this.join(room);
    return this.rooms.size;
  }

  onSay(room: string, text: string) {
    this.to(room).emit('said', this.data.name, text);
  }
}

const app = express();
app.use(socketio({ '/chat': Chat }));
app.listen(3000);
