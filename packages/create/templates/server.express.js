import { socketio } from '@sio/express';
import express from 'express';
import { Chat } from './chat.js';

const app = express();
const chat = socketio({ '/chat': Chat });

app.get('/', (_request, response) => {
  response.send('Socket.IO clients connect to /chat');
});
app.use(chat);

const server = app.listen(Number(process.env.PORT ?? 3000), (error) => {
  if (error) throw error;
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://localhost:${address.port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await chat.io.close();
    server.close();
  });
}
