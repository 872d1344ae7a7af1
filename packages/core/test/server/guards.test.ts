import { type AppGuard, type Attempt, ClientError, Namespace } from '@sio/core';
import { connect, startServer, until, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

class Chat extends Namespace {
  static seen: unknown[] = [];

  onSay(text: string) {
    return `said ${text}`;
  }

  onNote(value: unknown) {
    (this.shared.notes as unknown[]).push(value);
  }

  onNotes() {
    return this.shared.notes;
  }

  onConnect() {
    this.shared.notes ??= [];
  }
}

const denied = { error: { name: 'method_access_denied', message: 'You do not have access to method "say"' } };
const websocket = { transports: ['websocket'] };

/** Lets everybody in, and decides about events alone. */
function onEvents(decide: (attempt: Attempt & { type: 'event' }) => unknown): AppGuard {
  return (_socket, attempt) => (attempt.type === 'connect' ? true : (decide(attempt) as boolean));
}

function undecided() {
  let decide: (decision: boolean) => void = () => {};
  const decision = new Promise<boolean>((resolve) => {
    decide = resolve;
  });
  return { decision, decide };
}

describe('guards of the whole server', () => {
  test('accept clients that they allow, and tell others why they are refused', async () => {
    const guard: AppGuard = (socket, attempt) =>
      attempt.type === 'event' ||
      socket.handshake.query.user === 'ann' || { message: 'Log in first', data: { login: '/login' } };
    const { url } = await startServer({ namespaces: { '/': Chat, '/chat': Chat }, guards: [guard] });
    const refused = connect('4.8.4', `${url}/chat`, websocket);
    const [error] = await refused.next('connect_error');
    expect(error).toMatchObject({ message: 'Log in first', data: { login: '/login' } });
    const welcome = connect('4.8.4', `${url}/chat`, { ...websocket, query: { user: 'ann' } });
    expect(await welcome.ask('say', 'hello')).toEqual(['said hello']);
  });

  test.each<Version>(['0.9.17', '2.5.0', '4.8.4'])('hold for clients %s', async (version) => {
    const { url } = await startServer({
      namespaces: { '/': Chat },
      guards: [onEvents(({ event }) => event !== 'say')],
    });
    const client = connect(version, url, websocket);
    await client.next('connect');
    expect(await client.ask('say', 'hello')).toEqual([denied]);
    client.emit('note', 1);
    expect(await client.ask('notes')).toEqual([[1]]);
  });

  test('apply to every namespace and to the function style', async () => {
    const attempts: unknown[] = [];
    const guard: AppGuard = (socket, attempt) => {
      attempts.push([socket.nsp.name, attempt]);
      return attempt.type === 'connect' || attempt.args[0] !== 'evil';
    };
    const { io, url } = await startServer({ guards: [guard] });
    io.of('/functions').on('connection', (socket) => socket.on('say', (text, ack) => ack(`said ${text}`)));
    const client = connect('4.8.4', `${url}/functions`, { ...websocket, auth: { token: 't' } });
    expect(await client.ask('say', 'good')).toEqual(['said good']);
    expect(await client.ask('say', 'evil')).toEqual([denied]);
    const error = client.next('error');
    client.emit('say', 'evil');
    expect(await error).toEqual(['method_access_denied', denied.error.message]);
    expect(attempts.slice(0, 2)).toEqual([
      ['/functions', { type: 'connect', auth: { token: 't' } }],
      ['/functions', { type: 'event', event: 'say', args: ['good'] }],
    ]);
  });

  test('refuse with their own text, with a name and data', async () => {
    const guard = onEvents(() => ({ name: 'too_fast', message: 'Slow down', data: { wait: 3 } }));
    const { url } = await startServer({ namespaces: { '/': Chat }, guards: [guard] });
    const client = connect('4.8.4', url, websocket);
    expect(await client.ask('say', 'x')).toEqual([{ error: { name: 'too_fast', message: 'Slow down', wait: 3 } }]);
  });

  test('must all allow the attempt, and are called in order until one refuses', async () => {
    const asked: string[] = [];
    const guards = ['first', 'second', 'third'].map((name) =>
      onEvents(() => {
        asked.push(name);
        return name !== 'second';
      }),
    );
    const { url } = await startServer({ namespaces: { '/': Chat }, guards });
    expect(await connect('4.8.4', url, websocket).ask('say', 'x')).toEqual([denied]);
    expect(asked).toEqual(['first', 'second']);
  });

  test('refuse if they return nothing', async () => {
    const { url } = await startServer({ namespaces: { '/': Chat }, guards: [onEvents(() => undefined)] });
    expect(await connect('4.8.4', url, websocket).ask('say', 'x')).toEqual([denied]);
  });

  test('can be asynchronous, and keep events in order', async () => {
    const { decision, decide } = undecided();
    const guard = onEvents(({ args }) => (args[0] === 'slow' ? decision : Promise.resolve(true)));
    const swift = onEvents(() => true);
    const { url } = await startServer({ namespaces: { '/': Chat }, guards: [swift, guard] });
    const client = connect('4.8.4', url, websocket);
    client.emit('note', 'slow');
    client.emit('note', 'fast');
    const notes = client.ask('notes');
    client.emit('note', 'too late');
    decide(true);
    expect(await notes).toEqual([['slow', 'fast']]);
  });

  test('let a client wait while they decide', async () => {
    const { decision, decide } = undecided();
    const guard: AppGuard = (_socket, attempt) => attempt.type === 'event' || decision;
    const { io, url } = await startServer({ namespaces: { '/': Chat }, guards: [guard] });
    const connected = new Promise((resolve) => io.engine.once('connection', resolve));
    const client = connect('4.8.4', url, websocket);
    const answer = client.ask('say', 'early');
    await connected;
    expect(io.sockets.sockets.size).toBe(0);
    decide(true);
    expect(await answer).toEqual(['said early']);
  });

  test('refuse if they fail, and the error stays on the server', async () => {
    const reported: unknown[] = [];
    const guard = onEvents(({ args }) => {
      if (args[0] === 'reject') return Promise.reject(new Error('secret'));
      if (args[0] === 'client') throw new ClientError('nope', 'not you');
      throw new Error('secret');
    });
    const errorHandler = (error: unknown) => void reported.push((error as Error).message);
    const { url } = await startServer({ namespaces: { '/': Chat }, guards: [guard], errorHandler });
    const client = connect('4.8.4', url, websocket);
    const internal = { error: { name: 'internal_error', message: 'Internal error' } };
    expect(await client.ask('say', 'throw')).toEqual([internal]);
    expect(await client.ask('say', 'reject')).toEqual([internal]);
    expect(await client.ask('say', 'client')).toEqual([{ error: { name: 'nope', message: 'not you' } }]);
    expect(reported).toEqual(['secret', 'secret', 'not you']);
  });

  test('that fail refuse a client without telling it why', async () => {
    const guards = [async () => Promise.reject(new Error('secret'))];
    const { url } = await startServer({ namespaces: { '/': Chat }, guards, errorHandler: () => {} });
    const [error] = await connect('4.8.4', url, websocket).next('connect_error');
    expect(error.message).toBe('Internal error');
  });

  test('do not run the class for a client that left while they decided', async () => {
    let connects = 0;
    class Counting extends Namespace {
      onConnect() {
        connects++;
      }
    }
    const { decision, decide } = undecided();
    let asked: () => void = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const guard: AppGuard = () => {
      asked();
      return decision;
    };
    const { io, url } = await startServer({ namespaces: { '/': Counting }, guards: [guard] });
    const client = connect('4.8.4', url, websocket);
    await wasAsked;
    const [conn] = [...io.engine.clients.values()];
    const gone = until(() => conn?.readyState === 'closed', conn!, 'close');
    client.disconnect();
    await gone;
    decide(true);
    await decision;
    await new Promise(setImmediate);
    expect(connects).toBe(0);
  });

  test('disconnect a client that sends too much while they decide', async () => {
    const guard = onEvents(() => new Promise(() => {}));
    const { url } = await startServer({ namespaces: { '/': Chat }, guards: [guard], maxPendingEvents: 10 });
    const client = connect('4.8.4', url, websocket);
    await client.next('connect');
    const gone = client.next('disconnect');
    for (let i = 0; i < 20; i++) client.emit('note', i);
    expect((await gone)[0]).toBe('transport close');
  });

  test('must be functions', async () => {
    await expect(startServer({ namespaces: {}, guards: ['login' as never] })).rejects.toThrow(TypeError);
  });
});
