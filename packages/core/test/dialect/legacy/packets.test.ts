import { once } from 'node:events';
import { ConnectionRefused, Namespace, type Socket } from '@sio/core';
import { fetchAnswer, LegacySession, RawWebSocket, startServer } from '@sio/test-kit';
import { describe, expect, it } from 'vitest';

/** Written for clients of today. */
class Chat extends Namespace {
  onConnect(auth: { token?: string }) {
    if (auth.token === 'wrong') throw new ConnectionRefused('who are you?', { retry: false });
    this.data.token = auth.token;
  }

  onMessage(content: unknown) {
    this.send(content as string);
    return { heard: content };
  }

  onAdd(a: number, b: number) {
    return a + b;
  }
}

async function open(query = '') {
  const { io, url } = await startServer({ namespaces: { '/': Chat, '/chat': Chat } });
  const session = await LegacySession.shake(url, query);
  const ws = await RawWebSocket.open(session.url('websocket'));
  expect(await ws.next()).toBe('1::');
  return { io, url, session, ws };
}

/** The same, in the namespace `/chat`. */
async function join(connect = '1::/chat', query = '') {
  const opened = await open(query);
  const arrival = new Promise<Socket>((resolve) => void opened.io.of('/chat').once('connection', resolve));
  expect(await opened.ws.send(connect).next()).toBe('1::/chat');
  return { ...opened, socket: await arrival };
}

describe('a packet of 0.9', () => {
  it.each([
    ['a message', '3:::héllo:😀', '3:::héllo:😀'],
    ['a message for a namespace', '3::/chat:hi', '3::/chat:hi'],
    ['json', '4:::{"a":["b",1,null]}', '4:::{"a":["b",1,null]}'],
    ['json that is a text', '4:::"2"', '3:::2'],
  ])('that is %s reaches onMessage, and send() answers in kind', async (_, packet, answer) => {
    const { ws } = await join();
    expect(await ws.send(packet).next()).toBe(answer);
  });

  it('that wants a receipt gets it before anything else', async () => {
    const { ws } = await join();
    expect(await ws.send('3:7:/chat:hi').next()).toBe('6::/chat:7');
    expect(await ws.next()).toBe('3::/chat:hi');
  });

  it('that wants an answer gets what the method returns', async () => {
    const { ws } = await join();
    expect(await ws.send('5:1+:/chat:{"name":"add","args":[19,23]}').next()).toBe('6::/chat:1+[42]');
    ws.send('3:2+::hi');
    expect([await ws.next(), await ws.next()].sort()).toEqual(['3:::hi', '6:::2+[{"heard":"hi"}]']);
  });

  it('can join a namespace with a query, which becomes its auth', async () => {
    const { socket } = await join('1::/chat:?token=t%20%C3%A9');
    expect(socket.data.token).toBe('t é');
  });

  it('for a namespace gives it the query of the handshake as auth too', async () => {
    const { socket } = await join('1::/chat', '&token=mine');
    expect(socket.data.token).toBe('mine');
  });

  it('for a namespace that refuses is answered with an error, and an event that says why', async () => {
    const { ws } = await open();
    expect(await ws.send('1::/chat:?token=wrong').next()).toBe('7::/chat:2');
    const told = '5::/chat:{"name":"error","args":["unauthorized","who are you?",{"retry":false}]}';
    expect(await ws.next()).toBe(told);
  });

  it('for a namespace that does not exist is answered with an error', async () => {
    const { ws } = await open();
    expect(await ws.send('1::/nowhere').next()).toBe('7::/nowhere:2');
    expect(await ws.next()).toContain('"no_such_namespace"');
  });

  it('for a namespace that was not joined is ignored', async () => {
    const { ws } = await open();
    expect(await ws.send('5:1+:/chat:{"name":"add","args":[1,2]}', '3:::still here').next()).toBe('3:::still here');
  });
});

describe('a client of 0.9 leaves', () => {
  it('a namespace with 0::/chat, and stays in the others', async () => {
    const { ws, socket } = await join();
    const left = once(socket, 'disconnect');
    ws.send('0::/chat');
    expect((await left)[0]).toBe('client namespace disconnect');
    expect(await ws.send('3:::still here').next()).toBe('3:::still here');
  });

  it('that leaves all namespaces with 0:: gets it echoed', async () => {
    const { io, ws, socket } = await join();
    const left = once(socket, 'disconnect');
    expect(await ws.send('0::').next()).toBe('0::');
    await Promise.all([left, ws.closed()]);
    expect(io.connectionStats().total).toBe(0);
  });

  it.each(['/websocket/', '/xhr-polling/', '//'])('by asking for %s with disconnect=1', async (transport) => {
    const { url, session, socket } = await join();
    const left = once(socket, 'disconnect');
    const answer = await fetchAnswer(`${url}/socket.io/1${transport}${session.sid}/?disconnect=1`);
    expect(answer).toMatchObject({ status: 200, body: '' });
    await left;
  });

  it('when the server disconnects it: with 0::/chat from a namespace, with 0:: from all', async () => {
    const { ws, socket } = await join();
    socket.disconnect();
    expect(await ws.next()).toBe('0::/chat');
    expect(await ws.send('3:::still here').next()).toBe('3:::still here');
    const other = await join();
    other.socket.disconnect(true);
    const words = [await other.ws.next(), await other.ws.next()];
    expect(words).toContain('0::');
    await other.ws.closed();
  });
});
