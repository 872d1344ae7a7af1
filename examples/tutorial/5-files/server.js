import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { socketio } from '@sio/express';
import express from 'express';
import session from 'express-session';
import { Chat } from './chat.js';

const app = express();
const chat = socketio({ '/chat': Chat });

/** The types of files that people may share, each with its ending. */
const ENDINGS = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);
mkdirSync('files', { recursive: true });

app.use((_req, res, next) => {
  // Only scripts and pictures of this server load, and browsers trust the content type of a file.
  res.set('Content-Security-Policy', "default-src 'self'; img-src 'self' data:");
  res.set('X-Content-Type-Options', 'nosniff');
  next();
});
app.use(express.static('public'));
app.use('/files', express.static('files', { dotfiles: 'deny' }));
app.use(session({ secret: process.env.SECRET ?? 'for development', resave: false, saveUninitialized: false }));

app.post('/login', express.json(), async (req, res, next) => {
  const name = String(req.body?.name ?? '')
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

app.post('/files', express.raw({ type: [...ENDINGS.keys()], limit: '1mb' }), async (req, res) => {
  const { name } = req.session;
  const ending = ENDINGS.get(req.get('content-type') ?? '');
  if (name === undefined) return void res.status(403).send('Log in first');
  if (ending === undefined || !Buffer.isBuffer(req.body)) return void res.status(415).send('Only pictures, please');
  // The visitor's name of the file plays no part: no path leads out of the folder.
  const file = `${randomUUID()}.${ending}`;
  await writeFile(`files/${file}`, req.body);
  res.status(201).send(`/files/${file}`);
});

app.use(chat);

const server = app.listen(process.env.PORT ?? 3000);
server.on('listening', () => {
  console.log(`http://localhost:${server.address().port}`);
});
