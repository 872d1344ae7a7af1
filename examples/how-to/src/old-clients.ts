import { Namespace, socketio } from '@sio/express';
import express from 'express';

class Chat extends Namespace<{ said: (text: string) => void; notice: (text: string) => void }> {
  onReady() {
    const { protocolVersion } = this.conn;
    if (protocolVersion !== 'eio4') this.emit('notice', 'This version of the app works until January. Please update.');
  }

  onSay(text: string) {
    this.nsp.emit('said', text);
  }
}

// Step by step: first all three, then without '0.9', in the end 'eio4' alone.
const generations = (process.env.GENERATIONS ?? 'eio4,eio3,0.9').split(',') as ('eio4' | 'eio3' | '0.9')[];
const chat = socketio({ '/chat': Chat }, { generations });

const app = express();
// How many are left. An operator's page: keep strangers out.
app.get('/clients', (_req, res) => void res.json(chat.io.connectionStats()));
app.use(chat);
app.listen(3000);

// Those who were refused are still out there.
chat.io.engine.on('connection_error', ({ req, message }) => {
  console.log(`${message}: ${req?.headers['user-agent']}`);
});
