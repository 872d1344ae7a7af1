import type { AddressInfo } from 'node:net';
import { socketio } from '@sio/express';
import express from 'express';
import session from 'express-session';
import { Chat } from './chat.js';

const app = express();
const chat = socketio({ '/chat': Chat });

app.use(express.static('public'));
app.use(session({ secret: process.env.SECRET ?? 'for development', resave: false, saveUninitialized: false }));

app.post('/login', express.json(), async (req, res, next) => {
  const name = String((req.body as { name?: unknown } | undefined)?.name ?? '')
    .trim()
    .slice(0, 20);
  if (name === '') return void res.status(400).send('Please tell your name');
  const others = await chat.io.of('/chat').fetchSockets();
  if (others.some((socket) => socket.data.name === name)) return void res.status(409).send(`${name} is already here`);
  // A new session id: the old one, which others may know, stays without a name.
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.name = name;
    res.sendStatus(204);
  });
});

app.post('/logout', (req, res, next) => {
  const id = req.sessionID;
  req.session.destroy((error) => {
    if (error) return next(error);
    chat.io.endSession(id);
    res.sendStatus(204);
  });
});

app.use(chat);

const server = app.listen(process.env.PORT ?? 3000);
server.on('listening', () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`);
});
