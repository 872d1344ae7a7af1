import { Namespace, socketio } from '@sio/express';
import express from 'express';

class Chat extends Namespace {
  onSay(text) {
    this.nsp.emit('said', text);
  }
}

const app = express();
app.use(express.static('public'));
app.use(socketio({ '/chat': Chat }));

const server = app.listen(process.env.PORT ?? 3000);
server.on('listening', () => {
  console.log(`http://localhost:${server.address().port}`);
});
