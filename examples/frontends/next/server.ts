import { createServer } from 'node:http';
import { socketio } from '@sio/core';
import next from 'next';
import { ChatNamespace } from '../server/chat-namespace';

const server = createServer();
const app = next({ dev: process.env.NODE_ENV !== 'production', httpServer: server });
await app.prepare();
const handle = app.getRequestHandler();
server.on('request', (req, res) => void handle(req, res));
socketio({ '/chat': ChatNamespace }).attach(server);
server.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`http://localhost:${address?.port}`);
});
