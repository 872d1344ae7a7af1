import { createServer } from 'node:https';
import { socketio } from '@sio/core';
import { Chat } from '../frameworks/chat.js';
import { certificate } from './certificate.js';

const server = createServer(certificate(), (req, res) => {
  res.statusCode = req.url === '/healthz' ? 200 : 404;
  res.end();
});
const { io } = socketio({ '/chat': Chat }).attach(server);
server.listen(Number(process.env.PORT ?? 443), () => console.log(`https://localhost:${server.address().port}`));

// New connections get the renewed certificate; clients stay connected.
process.on('SIGHUP', () => server.setSecureContext(certificate()));
process.once('SIGTERM', async () => {
  await io.drain({ deadline: 10_000, jitter: 2_000 });
  await io.close();
});
