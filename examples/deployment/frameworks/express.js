import { socketio } from '@sio/express';
import express from 'express';
import { Chat } from './chat.js';

let leaving = false;
const app = express();
if (process.env.NODE_ENV === 'production') app.set('trust proxy', 1);
app.get('/healthz', (_req, res) => void res.sendStatus(leaving ? 503 : 200));
const chat = socketio({ '/chat': Chat });
app.use(chat);
const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`http://localhost:${server.address().port}`);
});

process.once('SIGTERM', async () => {
  leaving = true;
  await chat.io.drain({ deadline: 10_000, jitter: 2_000 });
  await chat.io.close();
  server.close();
});
