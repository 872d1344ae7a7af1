import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { contained, socketio } from '@sio/express';
import { createAdapter } from '@socket.io/redis-adapter';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { Chat } from './chat.js';
import { redis } from './redis.js';

const { NODE_ENV, PORT = '3000', SECRET = 'for development' } = process.env;
if (NODE_ENV === 'production' && SECRET === 'for development') throw new Error('Set SECRET, which signs the cookies');

const app = express();
// One proxy stands in front: its X-Forwarded headers name the client, the host and the protocol.
if (NODE_ENV === 'production') app.set('trust proxy', 1);
// A connection that subscribes can do nothing else, hence two.
const subscriber = redis.duplicate();
await subscriber.connect();
// A command that fails while no code waits for it must not end the process.
const adapter = createAdapter(contained(redis), contained(subscriber));
const chat = socketio({ '/chat': Chat }, { adapter });

/** The types of files that people may share, each with its ending. */
const ENDINGS = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);
mkdirSync('files', { recursive: true });

let leaving = false;
app.get('/healthz', (_req, res) => void res.sendStatus(leaving ? 503 : 200));

app.use((_req, res, next) => {
  // Only scripts and pictures of this server load, and browsers trust the content type of a file.
  res.set('Content-Security-Policy', "default-src 'self'; img-src 'self' data:");
  res.set('X-Content-Type-Options', 'nosniff');
  next();
});
app.use(express.static('public'));
app.use('/files', express.static('files', { dotfiles: 'deny' }));
app.use(
  session({
    store: new RedisStore({ client: redis }),
    secret: SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { secure: 'auto', httpOnly: true, sameSite: 'lax' },
  }),
);

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

const server = app.listen(Number(PORT));
server.on('listening', () => {
  console.log(`http://localhost:${server.address().port}`);
});

process.once('SIGTERM', async () => {
  leaving = true;
  // Work in progress ends; then one client after the other reconnects to the next server.
  await chat.io.drain({ deadline: 10_000, jitter: 2_000 });
  await chat.io.close();
  // Requests under way still need Redis.
  await new Promise((resolve) => server.close(resolve));
  await Promise.all([redis.close(), subscriber.close()]);
});
