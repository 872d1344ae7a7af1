import { once } from 'node:events';
import { createServer } from 'node:http';
import { mistakeSuite } from '@sio/conformance/suites';
import { Namespace, type Namespaces, socketio } from '@sio/core';
import { connect, listen, startServer } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';

mistakeSuite(socketio);

test('an argument of another kind has a code of its own', () => {
  expect(() => socketio(Chat as never)).toThrow(expect.objectContaining({ code: 'SIO_CLASS_ARGUMENT' }));
});

/** A logger that collects warnings. */
function warnings() {
  const told: string[] = [];
  const nothing = () => {};
  const warn = (what: unknown, message?: string) => void told.push(message ?? String(what));
  return { told, logger: { error: nothing, warn, info: nothing, debug: nothing } };
}

/** Serves classes on plain Node. @returns the server and its URL */
async function serve(namespaces: Namespaces) {
  const { told, logger } = warnings();
  const http = createServer();
  const { io } = socketio(namespaces, { logger }).attach(http);
  onTestFinished(() => io.close());
  const url = await listen(http);
  return { io, url, told };
}

class Chat extends Namespace {
  onSay(text: string) {
    return text;
  }
}

describe('a client that joins "/" where classes serve other namespaces alone', () => {
  test('is logged once, with the names that exist', async () => {
    const { url, told } = await serve({ '/chat': Chat, '/orders/:id': Chat });
    for (let i = 0; i < 2; i++) await connect('4.8.4', url, 'websocket').joined();
    expect(told).toEqual([
      'a client has joined "/", which no class serves: does its address lack a name? Classes serve "/chat", "/orders/:id"',
    ]);
  });

  test('causes a warning of Node if the server has no logger', async () => {
    const http = createServer();
    const { io } = socketio({ '/only': Chat }).attach(http);
    onTestFinished(() => io.close());
    const warned = once(process, 'warning');
    await connect('4.8.4', await listen(http), 'websocket').joined();
    expect((await warned)[0]).toMatchObject({ name: 'SioWarning', code: 'SIO_NAMESPACE_UNSERVED' });
  });

  test('causes no warning if the application listens there, or the client’s version always joins "/"', async () => {
    const { io, url, told } = await serve({ '/chat': Chat });
    await connect('2.5.0', `${url}/chat`, 'websocket').joined();
    io.on('connection', () => {});
    await connect('4.8.4', url, 'websocket').joined();
    expect(told).toEqual([]);
  });

  test('causes no warning if a class serves "/"', async () => {
    const { url, told } = await serve({ '/': Chat });
    expect(await connect('4.8.4', url, 'websocket').ask('say', 'hi')).toEqual(['hi']);
    expect(told).toEqual([]);
  });
});

describe('a method that calls a callback', () => {
  class Callbacks extends Namespace {
    onSay(text: string, answer: (text: string) => void) {
      answer(text);
    }

    async onLater(text: string, answer: (text: string) => void) {
      await null;
      answer(text);
    }

    onOther(_x: number, _y: number) {
      (undefined as unknown as { call: () => void })?.call();
      throw new TypeError('another is not a function');
    }
  }

  test.each([
    ['say', 'Callbacks.onSay was called without a callback: return the answer instead'],
    ['later', 'Callbacks.onLater was called without a callback: return the answer instead'],
    ['other', 'another is not a function'],
  ])('%s is reported as: %s', async (event, message) => {
    const { io, url } = await startServer({ namespaces: { '/': Callbacks } });
    const failed = new Promise<Error>((resolve) => io.on('handler_error', (error: unknown) => resolve(error as Error)));
    const client = connect('4.8.4', url, 'websocket');
    expect(await client.ask(event, 'hi')).toEqual([{ error: { name: 'internal_error', message: expect.any(String) } }]);
    expect((await failed).message).toBe(message);
  });
});

test('a server that is attached a second time at one path of an HTTP server is logged', async () => {
  const { told, logger } = warnings();
  const http = createServer();
  const [first, second] = [socketio({ '/chat': Chat }), socketio({ '/news': Chat }, { logger })];
  first.attach(http);
  second.attach(http);
  onTestFinished(async () => {
    await Promise.all([first.close(), second.close()]);
  });
  await listen(http);
  expect(told).toEqual(['another server is attached to this HTTP server at /socket.io, and gets its requests']);
});
