import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from './support/server.js';

/** A client without a page, which may send anything. */
async function connect(url: string): Promise<Socket> {
  const socket = io(`${url}/chat`, { transports: ['websocket'], forceNew: true });
  onTestFinished(() => void socket.disconnect());
  await once(socket as never, 'connect');
  return socket;
}

const refusal = (name: string, message: string | RegExp = /./) => ({
  error: { name, message: expect.stringMatching(message) },
});

describe('a client of any kind', () => {
  it('gets the list of rooms, and answers as acknowledgements', async () => {
    const { url } = await startServer();
    const socket = io(`${url}/chat`, { transports: ['websocket'] });
    onTestFinished(() => void socket.disconnect());
    expect(await once(socket as never, 'rooms')).toEqual([['Lobby', 'Kitchen', 'Library']]);
    expect(await socket.emitWithAck('login', 'Ann')).toEqual({
      name: 'Ann',
      room: 'Lobby',
      people: ['Ann'],
      history: [],
    });
    expect(await socket.emitWithAck('chat', ' Hello ')).toEqual({ delivered: true });
    expect(await socket.emitWithAck('enter', 'Library')).toMatchObject({ room: 'Library', people: ['Ann'] });
  });

  it('can only log in or ask SYSTEM before it has a name', async () => {
    const { url } = await startServer();
    const socket = await connect(url);
    const answer = once(socket as never, 'chat');
    expect(await socket.emitWithAck('chat', 'Hello')).toEqual({ delivered: false });
    expect(await answer).toEqual([{ from: 'SYSTEM', text: 'You must first login', at: expect.any(Number) }]);
    expect(await socket.emitWithAck('enter', 'Library')).toEqual(refusal('method_access_denied'));
    expect(await socket.emitWithAck('typing', true)).toEqual(refusal('method_access_denied'));
    await socket.emitWithAck('login', 'Ann');
    expect(await socket.emitWithAck('enter', 'Library')).toMatchObject({ room: 'Library' });
  });

  it.each([
    ['login', [], 'name_empty'],
    ['login', [{ name: 'Ann' }], 'name_empty'],
    ['login', ['a'.repeat(100_000)], 'name_too_long'],
    ['login', ['Ann', 'Attic'], 'no_such_room'],
    ['login', ['Ann', '__proto__'], 'no_such_room'],
    ['disconnect me', [], 'no_such_method'],
    ['constructor', [], 'no_such_method'],
  ])('gets the refusal of %s%j with %s, and no other client gets an event', async (event, args, name) => {
    const { url } = await startServer();
    const ann = await connect(url);
    const socket = await connect(url);
    await ann.emitWithAck('login', 'Bystander');
    expect(await socket.emitWithAck(event, ...args)).toEqual(refusal(name));
    expect(await ann.emitWithAck('chat', 'Still here')).toEqual({ delivered: true });
  });

  it.each([
    ['chat', [], 'line_empty'],
    ['chat', [' \n '], 'line_empty'],
    ['chat', [['a', 'line']], 'line_empty'],
    ['chat', ['l'.repeat(1001)], 'line_too_long'],
    ['enter', [], 'no_such_room'],
    ['enter', [{}], 'no_such_room'],
  ])('gets the refusal of %s%j with %s after it has logged in', async (event, args, name) => {
    const { url } = await startServer();
    const socket = await connect(url);
    await socket.emitWithAck('login', 'Ann');
    expect(await socket.emitWithAck(event, ...args)).toEqual(refusal(name));
    expect(await socket.emitWithAck('chat', 'Still here')).toEqual({ delivered: true });
  });

  it('gets the last fifty messages of a room, and no more', async () => {
    const { url } = await startServer();
    const ann = await connect(url);
    await ann.emitWithAck('login', 'Ann');
    for (let n = 1; n <= 60; n++) await ann.emitWithAck('chat', `Line ${n}`);
    const ben = await connect(url);
    const { history } = (await ben.emitWithAck('login', 'Ben')) as { history: { text: string }[] };
    expect(history.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, n) => `Line ${n + 11}`));
  });
});
