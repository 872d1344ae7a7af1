import { createServer } from 'node:http';
import { adminHandlers, statsHandlers } from '@sio/admin';
import { Namespace, socketio } from '@sio/core';
import { connected, listen } from '@sio/test-kit';
import express, { type RequestHandler } from 'express';
import { expect, onTestFinished, test } from 'vitest';

class Chat extends Namespace {}

const requireOperator: RequestHandler = (req, res, next) => {
  if (req.get('authorization') === `Bearer ${process.env.OPERATOR_TOKEN}`) next();
  else res.sendStatus(401);
};

const app = express();
const server = createServer(app);
const { io } = socketio({ '/chat': Chat }).attach(server);

const admin = adminHandlers(io, { user: (socket) => socket.handshake.auth.name });
app.all('/admin', requireOperator, admin.node);
app.get('/stats.json', requireOperator, statsHandlers(io).node);

test('the sample of the README serves the page and the figures', async () => {
  onTestFinished(() => io.close());
  const url = await listen(server);
  await connected(`${url}/chat`, { auth: { name: 'ada' } });
  expect((await fetch(`${url}/admin`)).status).toBe(401);
  const headers = { authorization: `Bearer ${process.env.OPERATOR_TOKEN}` };
  const ask = (path: string) => fetch(url + path, { headers });
  expect(await (await ask('/admin')).text()).toContain('<h1>Server</h1>');
  expect(await (await ask('/admin?search=ada')).json()).toMatchObject({ total: 1 });
  expect(await (await ask('/stats.json')).json()).toMatchObject({ stats: { connections: { total: 1 } } });
});
