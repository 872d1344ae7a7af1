import { once } from 'node:events';
import { startSample } from '@sio/test-kit/examples';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import '@sio/express';

async function webSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function client(url: string) {
  const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'] });
  onTestFinished(() => void socket.disconnect());
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
  return socket;
}

const next = async (socket: WebSocket) => JSON.parse(String((await once(socket, 'message'))[0]));

test('a chat on ws answers a client, and sends what it says to every client', async () => {
  const url = `ws://${await startSample(() => import('./moving/ws-before.js'))}/chat`;
  const [ann, ben] = [await webSocket(url), await webSocket(url)];
  ann.send(JSON.stringify({ type: 'enter', id: 1, value: 'Ann' }));
  expect(await next(ann)).toEqual({ type: 'answer', id: 1, value: 2 });
  const heard = [next(ann), next(ben)];
  ann.send(JSON.stringify({ type: 'say', value: 'hello' }));
  expect(await Promise.all(heard)).toEqual(Array(2).fill({ type: 'said', name: 'Ann', value: 'hello' }));
});

test('the same chat as a class of sio does the same', async () => {
  const url = `http://${await startSample(() => import('./moving/ws-after.js'))}/chat`;
  const [ann, ben] = [await client(url), await client(url)];
  expect(await ann.emitWithAck('enter', 'Ann')).toBe(2);
  const heard = [once(ann as never, 'said'), once(ben as never, 'said')];
  ann.emit('say', 'hello');
  expect(await Promise.all(heard)).toEqual(Array(2).fill(['Ann', 'hello']));
});

test('a route of express-ws sends what a client says to the others in its room', async () => {
  const url = `ws://${await startSample(() => import('./moving/express-ws-before.js'))}/rooms/tea`;
  const [ann, ben] = [await webSocket(url), await webSocket(url)];
  const heard = once(ben, 'message');
  ann.send('hello');
  expect(String((await heard)[0])).toBe('hello');
});

test('a namespace with a parameter does the same as that route', async () => {
  const host = `http://${await startSample(() => import('./moving/express-ws-after.js'))}`;
  const [ann, ben, cleo] = [
    await client(`${host}/rooms/tea`),
    await client(`${host}/rooms/tea`),
    await client(`${host}/rooms/milk`),
  ];
  const all: unknown[] = [];
  cleo.onAny((...args) => all.push(args));
  const heard = once(ben as never, 'said');
  ann.emit('say', 'hello');
  expect(await heard).toEqual(['hello']);
  // Cleo's answer comes behind all that was sent to Cleo before.
  await cleo.emitWithAck('say', 'is anybody here?');
  expect(all).toEqual([]);
});
