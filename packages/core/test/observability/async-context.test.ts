import { AsyncLocalStorage } from 'node:async_hooks';
import { Namespace, type ServerOptions } from '@sio/core';
import { connect, startServer, until, type Version } from '@sio/test-kit';
import { describe, expect, test } from 'vitest';

const trace = new AsyncLocalStorage<{ id: unknown }>();

class Traced extends Namespace {
  static heard: unknown[] = [];

  note(what: string) {
    Traced.heard.push([what, trace.getStore()?.id]);
  }

  async onConnect() {
    await null;
    this.note('onConnect');
  }

  onReady() {
    this.note('onReady');
  }

  onWhich() {
    return trace.getStore()?.id;
  }

  async onLater() {
    await new Promise((resolve) => setImmediate(resolve));
    return trace.getStore()?.id;
  }

  onChange() {
    trace.enterWith({ id: 'changed' });
    return trace.getStore()?.id;
  }

  onDisconnect() {
    this.note('onDisconnect');
  }
}

async function tracedServer(options: ServerOptions = {}) {
  Traced.heard = [];
  const server = await startServer({ namespaces: { '/': Traced }, ...options });
  server.io.engine.use(({ headers }, _res, next) => trace.run({ id: headers['x-trace'] }, next));
  return server;
}

/** The context of an `AsyncLocalStorage` as a request sees it. */
const from = (id: string, transport = 'websocket') => ({ transports: [transport], extraHeaders: { 'x-trace': id } });

describe('the asynchronous context of the request that began a connection', () => {
  test.each(['websocket', 'polling'])(
    'is that of every event over %s, of hooks and of what they await',
    async (kind) => {
      const { io, url } = await tracedServer();
      const client = connect('4.8.4', url, from('a', kind));
      expect(await client.ask('which')).toEqual(['a']);
      expect(await client.ask('later')).toEqual(['a']);
      const [socket] = io.sockets.sockets.values();
      const gone = new Promise((resolve) => socket?.on('disconnect', resolve));
      client.disconnect();
      await gone;
      expect(Traced.heard).toEqual([
        ['onConnect', 'a'],
        ['onReady', 'a'],
        ['onDisconnect', 'a'],
      ]);
    },
  );

  test('is not mixed up between connections', async () => {
    const { url } = await tracedServer();
    const [a, b] = [connect('4.8.4', url, from('a')), connect('4.8.4', url, from('b'))];
    const answers = await Promise.all([a.ask('later'), b.ask('later'), a.ask('which'), b.ask('which')]);
    expect(answers.flat()).toEqual(['a', 'b', 'a', 'b']);
  });

  test('is copied for each event: what one changes, the next does not see', async () => {
    const { url } = await tracedServer();
    const client = connect('4.8.4', url, from('a'));
    expect(await client.ask('change')).toEqual(['changed']);
    expect(await client.ask('which')).toEqual(['a']);
  });

  test('stays the same through an upgrade', async () => {
    const { url } = await tracedServer();
    const client = connect('4.8.4', url, { ...from('a'), transports: ['polling', 'websocket'] });
    await client.next('connect');
    const { engine } = client.raw.io;
    await until(() => engine.transport.name === 'websocket', engine, 'upgrade');
    expect(await client.ask('which')).toEqual(['a']);
  });

  test('is that of events that waited for onConnect', async () => {
    const { url } = await tracedServer();
    expect(await connect('4.8.4', url, from('early')).ask('which')).toEqual(['early']);
  });

  test.each<Version>(['2.5.0', '3.1.3'])('is there for clients %s', async (version) => {
    const { url } = await tracedServer();
    expect(await connect(version, url, from('old')).ask('later')).toEqual(['old']);
  });

  test('is there for clients 0.9', async () => {
    const { io, url } = await startServer({ namespaces: { '/': Traced } });
    // This client sends no headers of its own.
    io.engine.use(({ url: path }, _res, next) =>
      trace.run({ id: new URL(path ?? '', url).searchParams.get('id') }, next),
    );
    const client = connect('0.9.17', url, { transports: ['websocket'], query: { id: 'ancient' } });
    expect(await client.ask('later')).toEqual(['ancient']);
  });

  test('is that of middlewares and listeners of the function style', async () => {
    const { io, url } = await startServer();
    io.engine.use((_req, _res, next) => trace.run({ id: 'f' }, next));
    const seen: unknown[] = [];
    io.use((_socket, next) => {
      seen.push(trace.getStore()?.id);
      next();
    });
    io.on('connection', (socket) => {
      seen.push(trace.getStore()?.id);
      socket.use((_event, next) => {
        seen.push(trace.getStore()?.id);
        next();
      });
      socket.on('which', (answer) => answer(trace.getStore()?.id));
    });
    expect(await connect('4.8.4', url, { transports: ['websocket'] }).ask('which')).toEqual(['f']);
    expect(seen).toEqual(['f', 'f', 'f']);
  });
});
