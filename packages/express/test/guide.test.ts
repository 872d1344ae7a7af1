import { once } from 'node:events';
import { createServer } from 'node:http';
import { guideSuite, logoutSuite, visitorOf } from '@sio/conformance/suites';
import { client, connected, listen, listenOnPort, refused } from '@sio/conformance/testing';
import { ClientError, Namespace, socketio, withSession } from '@sio/express';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import { expect, onTestFinished, test } from 'vitest';

declare module 'express-session' {
  interface SessionData {
    name?: string;
    visits?: number;
  }
}

class Chat extends Namespace<{ said: (from: string, text: string) => void }> {
  onSay(text: string) {
    const { name } = this.request.session;
    if (name === undefined) throw new ClientError('who_are_you', 'Log in first');
    this.nsp.emit('said', name, text);
    return { delivered: true };
  }

  onVisit() {
    return withSession(this, (current) => {
      current.visits = (current.visits ?? 0) + 1;
      return current.visits;
    });
  }
}

function makeApp() {
  const app = express();
  const chat = socketio({ '/chat': Chat });

  app.use(session({ secret: 'keep it', resave: false, saveUninitialized: false }));

  app.post('/login', express.urlencoded({ extended: false }), (req, res) => {
    req.session.name = (req.body as { name: string }).name;
    res.sendStatus(204);
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
  return { app, chat };
}

const loggedIn: RequestHandler = (req, res, next) => {
  if (req.session.name === undefined) res.status(401).send('Log in first');
  else next();
};

async function guideApp() {
  const { app, chat } = makeApp();
  const server = createServer(app);
  const url = await listen(server, chat);
  return { app, chat, server, io: chat.io, ...visitorOf(url) };
}

guideSuite(guideApp);
logoutSuite(guideApp);

test('a router guards a mount on it', async () => {
  const { app, jar, url, post } = await guideApp();
  const members = express.Router();
  members.use(loggedIn, socketio({ '/chat': Chat }));
  app.use('/members', members);
  const options = { path: '/members/socket.io', transports: ['websocket'] };
  expect((await refused(`${url}/chat`, options)).description).toMatchObject({
    message: expect.stringContaining('401'),
  });
  await post('/login', { name: 'Ann' });
  expect((await connected(`${url}/chat`, { ...options, extraHeaders: jar.headers })).connected).toBe(true);
});

test('a guard of events runs for each of them', async () => {
  const app = express();
  const chat = socketio(
    { '/chat': Chat },
    {
      guards: [
        ({ request }, attempt) =>
          attempt.type === 'connect' || request.get('X-Role') === 'writer' || { message: 'You may only read' },
      ],
    },
  );
  app.use(session({ secret: 'keep it', resave: false, saveUninitialized: false }), chat);
  onTestFinished(() => chat.io.close());
  const url = `http://127.0.0.1:${await listenOnPort(app.listen(0, '127.0.0.1'))}/chat`;
  const reader = await connected(url);
  expect(await reader.emitWithAck('say', 'hello')).toMatchObject({ error: { message: 'You may only read' } });
  const writer = await connected(url, { extraHeaders: { 'x-role': 'writer' } });
  expect(await writer.emitWithAck('say', 'hello')).toMatchObject({ error: { name: 'who_are_you' } });
});

test('the app shuts down in order', async () => {
  const { chat, server, url } = await guideApp();
  async function stop() {
    await chat.io.close();
    server.close();
  }
  const socket = client(`${url}/chat`, { transports: ['websocket'] });
  await once(socket as never, 'connect');
  const gone = once(socket as never, 'disconnect');
  const closed = once(server, 'close');
  await stop();
  expect((await gone)[0]).toBe('transport close');
  await closed;
});
