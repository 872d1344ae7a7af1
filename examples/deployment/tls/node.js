import { createSecureServer } from 'node:http2';
import { socketio } from '@sio/core';
import { Chat } from '../frameworks/chat.js';
import { certificate } from './certificate.js';

// WebSockets, and clients without HTTP/2, need allowHTTP1.
const server = createSecureServer({ ...certificate(), allowHTTP1: true }, (req, res) => {
  res.statusCode = req.url === '/healthz' ? 200 : 404;
  res.end();
});
const { io } = socketio({ '/chat': Chat }).attach(server);
server.listen(Number(process.env.PORT ?? 443), () => console.log(`https://localhost:${server.address().port}`));

process.once('SIGTERM', async () => {
  await io.drain({ deadline: 10_000, jitter: 2_000 });
  await io.close();
});
