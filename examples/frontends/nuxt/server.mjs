import { createServer } from 'node:http';
import { Namespace, socketio } from '@sio/core';
import { listener } from './.output/server/index.mjs';

let lines = 0;

class ChatNamespace extends Namespace {
  onSay(text) {
    this.nsp.emit('said', ++lines, text);
    return { delivered: true };
  }
}

const server = createServer(listener);
socketio({ '/chat': ChatNamespace }).attach(server);
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}`));
