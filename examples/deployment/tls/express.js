import { createServer } from 'node:https';
import { socketio } from '@sio/express';
import express from 'express';
import { Chat } from '../frameworks/chat.js';
import { certificate } from './certificate.js';

const app = express();
app.get('/healthz', (_req, res) => void res.sendStatus(200));
const chat = socketio({ '/chat': Chat });
app.use(chat);
const server = createServer(certificate(), app);
server.listen(Number(process.env.PORT ?? 443), () => console.log(`https://localhost:${server.address().port}`));

process.once('SIGTERM', async () => {
  await chat.io.drain({ deadline: 10_000, jitter: 2_000 });
  await chat.io.close();
  server.close();
});
