import { Namespace, socketio } from '@sio/express';
import { CookieJar, failOnStrayErrors, listen } from '@sio/test-kit';
import express from 'express';
import session from 'express-session';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';

failOnStrayErrors();

class Chat extends Namespace {}

async function appWithSlowGuard() {
  const app = express();
  const chat = socketio({ '/': Chat });
  let reach: () => void = () => {};
  let open: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  app.use(session({ secret: 'keep it', resave: false, saveUninitialized: true }));
  app.get('/login', (_req, res) => void res.sendStatus(204));
  app.get('/logout', (req, res) => {
    const id = req.sessionID;
    req.session.destroy(() => {
      chat.io.endSession(id);
      res.sendStatus(204);
    });
  });
  app.use('/guarded', async (_req, _res, next) => {
    reach();
    await opened;
    next();
  });
  app.use('/guarded', chat);
  const url = await listen(app, chat);
  const jar = new CookieJar();
  await jar.fetch(`${url}/login`);
  // The mount learns where it is.
  await fetch(`${url}/login`);
  return { url, jar, io: chat.io, reached, open };
}

test.each([3, 4])(
  'a handshake of Engine.IO %s is refused if its login session ends while a guard of the app runs',
  async (EIO) => {
    const { url, jar, io, reached, open } = await appWithSlowGuard();
    const answer = jar.fetch(`${url}/guarded/socket.io/?EIO=${EIO}&transport=polling`);
    await reached;
    await jar.fetch(`${url}/logout`);
    open();
    expect((await answer).status).toBe(403);
    expect(io.engine.clientsCount).toBe(0);
  },
);

test.each([3, 4])(
  'a WebSocket of Engine.IO %s is closed if its login session ends while a guard of the app runs',
  async (EIO) => {
    const { url, jar, io, reached, open } = await appWithSlowGuard();
    const ws = new WebSocket(`${url.replace('http', 'ws')}/guarded/socket.io/?EIO=${EIO}&transport=websocket`, {
      headers: jar.headers,
    });
    ws.on('error', () => {});
    onTestFinished(() => ws.terminate());
    const gone = new Promise((resolve) => ws.once('close', resolve));
    await reached;
    await jar.fetch(`${url}/logout`);
    open();
    await gone;
    expect(io.engine.clientsCount).toBe(0);
  },
);
