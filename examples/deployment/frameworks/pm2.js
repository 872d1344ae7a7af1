import { createServer } from 'node:http';
import { socketio } from '@sio/core';
import { Chat } from './chat.js';

let leaving = false;
const server = createServer((req, res) => {
  if (req.url === '/healthz') res.statusCode = leaving ? 503 : 200;
  else res.statusCode = 404;
  res.end();
});
// The requests of a polling client would reach any worker.
const { io } = socketio({ '/chat': Chat }, { transports: ['websocket'] }).attach(server);
server.listen(Number(process.env.PORT ?? 3000));

// PM2 sends SIGINT, unless PM2_KILL_SIGNAL names another signal.
process.once('SIGINT', async () => {
  leaving = true;
  await io.drain({ deadline: 10_000, jitter: 2_000 });
  await io.close();
  // A worker of cluster mode runs as long as it is connected to PM2.
  process.disconnect();
});
