import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../src/app.js';
import { openBoard } from '../src/client.js';

async function start() {
  const { app, board } = createApp('a secret for tests');
  const server = app.listen(0);
  await once(server, 'listening');
  onTestFinished(async () => {
    await board.io.close();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function logIn(url: string, name: string) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/login`, { method: 'POST', headers, body: JSON.stringify({ name }) });
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}

function open(url: string, cookie: string) {
  const socket = openBoard(url, cookie);
  onTestFinished(() => void socket.disconnect());
  return socket;
}

test('a member who logged in over HTTP posts over a socket, and HTTP shows the post', async () => {
  const url = await start();
  const cookie = await logIn(url, 'Ann');
  const [ann, bob] = [open(url, cookie), open(url, await logIn(url, 'Bob'))];
  await Promise.all([ann.emitWithAck('enter', 'tea'), bob.emitWithAck('enter', 'tea')]);
  const heard = new Promise((resolve) => bob.on('posted', (...post) => resolve(post)));
  expect(await ann.emitWithAck('post', { topic: 'tea', text: 'The kettle is on' })).toEqual({ posts: 1 });
  expect(await heard).toEqual(['Ann', 'The kettle is on']);
  const me = await fetch(`${url}/me`, { headers: { cookie } });
  expect(await me.json()).toEqual({ name: 'Ann', posts: 1 });
});

test('a visitor without a login is refused', async () => {
  const visitor = open(await start(), '');
  const [error] = (await once(visitor as never, 'connect_error')) as [Error];
  expect(error.message).toBe('Log in first');
});
