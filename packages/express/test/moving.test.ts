import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from '@sio/test-kit';
import { startProgram, startSample } from '@sio/test-kit/examples';
import { freePort } from '@sio/test-kit/programs';
import { pythonWith } from '@sio/test-kit/python';
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

async function client(url: string, options: object = { transports: ['websocket'] }) {
  const socket = io(url, { forceNew: true, reconnection: false, ...options });
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

const python = pythonWith('5.x');

/** The chat of the page about python-socketio, on either server. */
const CHATS = {
  'python-socketio': async () => {
    const program = fileURLToPath(new URL('./moving/python-socketio-before.py', import.meta.url));
    const env = { PORT: String(await freePort()), PYTHONUNBUFFERED: '1' };
    return (await startProgram(program, { command: python!, env })).url;
  },
  sio: async () => `http://${await startSample(() => import('./moving/python-socketio-after.js'))}`,
};

test.skipIf(!python).each(Object.entries(CHATS))(
  'a client of the chat in Python that moves notices nothing: on %s',
  async (_name, start) => {
    const url = `${await start()}/chat`;
    await expect(client(url)).rejects.toThrow('Tell your name');
    // The first one upgrades from polling.
    const [ann, ben] = [await client(url, { auth: { name: 'Ann' } }), await client(url, { auth: { name: 'Ben' } })];
    expect([await ann.emitWithAck('enter', 'tea'), await ben.emitWithAck('enter', 'tea')]).toEqual([2, 2]);
    const heard = once(ben as never, 'said');
    ann.emit('say', 'tea', 'hello');
    expect(await heard).toEqual(['Ann', 'hello']);
  },
);

test('a chat that moves from gevent-socketio serves its pages, which load a client of 0.9', async () => {
  const url = `http://${await startSample(() => import('./moving/gevent-socketio-after.js'))}/chat`;
  const [ann, ben] = [connect('0.9.17', url, 'websocket'), connect('0.9.17', url, 'polling')];
  await Promise.all([ann.joined(), ben.joined()]);
  for (const [person, name] of [
    [ann, 'Ann'],
    [ben, 'Ben'],
  ] as const) {
    expect([await person.ask('nickname', name), await person.ask('join', 'tea')]).toEqual([[true], [true]]);
  }
  const heard = ben.next('msg_to_room');
  ann.emit('user message', 'hello');
  expect(await heard).toEqual(['Ann', 'hello']);
  const left = ben.next('announcement');
  ann.disconnect();
  expect(await left).toEqual(['Ann leaves']);
});
