import { createServer } from 'node:http';
import { socketio } from '@sio/core';
import { Chat } from './chat.js';

let leaving = false;
const server = createServer((req, res) => {
  if (req.url === '/healthz') res.statusCode = leaving ? 503 : 200;
  else res.statusCode = 404;
  res.end();
});
const { io } = socketio({ '/chat': Chat }).attach(server);
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}`));

process.once('SIGTERM', async () => {
  leaving = true;
  await io.drain({ deadline: 10_000, jitter: 2_000 });
  await io.close();
});
