import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { type HandlerMessage, Namespace, observeServer, type ServerObserver } from '@sio/core';
import { connect, startServer, type Version } from '@sio/test-kit';
import { describe, expect, onTestFinished, test } from 'vitest';

class Chat extends Namespace {
  onSay(text: string) {
    return text.length;
  }

  async onLater() {
    await new Promise((resolve) => setImmediate(resolve));
    return context.getStore();
  }

  onBroken() {
    throw new Error('secret');
  }

  async onAsk() {
    return this.emitWithAck('question', 1);
  }
}

const context = new AsyncLocalStorage<string>();
const channels = tracingChannel<string, HandlerMessage>('sio:handler');

/** The steps of all handlers, and the last message of each. */
function trace() {
  const steps: string[] = [];
  const note = (step: string) => (message: HandlerMessage) => {
    steps.push(`${message.event} ${step}${message.pending && step === 'end' ? ', goes on' : ''}`);
  };
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  channels.subscribe(subscribers as Parameters<typeof channels.subscribe>[0]);
  onTestFinished(() => void channels.unsubscribe(subscribers as Parameters<typeof channels.unsubscribe>[0]));
  return steps;
}

const VERSIONS: Version[] = ['4.8.4', '2.5.0', '0.9.17'];
const CLASSES = { '/': Chat };

describe.each([
  ['side by side', {}],
  ['one after the other', { serial: true }],
])('with handlers %s', (_how, options) => {
  test.each(VERSIONS)('a tracing channel tells when the handlers of a client %s begin and end', async (version) => {
    const steps = trace();
    const { url } = await startServer({ namespaces: CLASSES, errorHandler: () => {}, ...options });
    const client = connect(version, url, 'websocket');
    expect(await client.ask('say', 'hello')).toEqual([5]);
    await client.ask('later');
    await client.ask('broken');
    expect(steps).toEqual([
      'say start',
      'say end',
      'later start',
      'later end, goes on',
      'later asyncStart',
      'later asyncEnd',
      'broken start',
      'broken end',
    ]);
  });
});

test('listeners of the function style are traced, with the promises they await', async () => {
  const steps = trace();
  const { io, url } = await startServer();
  io.on('connection', (socket) => {
    socket.on('say', (_text, ack) => ack('ok'));
    socket.on('later', async (ack) => {
      await null;
      ack('ok');
    });
  });
  const client = connect('4.8.4', url, 'websocket');
  await client.ask('say', 'x');
  await client.ask('later');
  await client.ask('say', 'y');
  expect(steps.slice(0, 6)).toEqual([
    'say start',
    'say end',
    'later start',
    'later end, goes on',
    'later asyncStart',
    'later asyncEnd',
  ]);
});

test('a store bound to the start of a handler is there until it is done', async () => {
  channels.start.bindStore(context, (message) => (message as HandlerMessage).event);
  onTestFinished(() => void channels.start.unbindStore(context));
  const { url } = await startServer({ namespaces: CLASSES });
  expect(await connect('4.8.4', url, 'websocket').ask('later')).toEqual(['later']);
});

test('an event is handled although a subscriber of the channel of its handler fails', async () => {
  const fail = () => {
    throw new Error('a bug in a tracer');
  };
  channels.start.subscribe(fail);
  onTestFinished(() => void channels.start.unsubscribe(fail));
  const { url } = await startServer({ namespaces: CLASSES });
  const client = connect('4.8.4', url, 'websocket');
  expect(await client.ask('say', 'hello')).toEqual([5]);
});

/** Everything that an observer hears, as lines. */
function observer() {
  const heard: string[] = [];
  const figure = (seconds: number) => (seconds >= 0 && seconds < 60 ? 'in time' : `${seconds} s`);
  const all: ServerObserver = {
    connected: ({ namespace, generation }) => heard.push(`connected ${namespace} ${generation}`),
    disconnected: ({ namespace }, reason) => heard.push(`disconnected ${namespace} ${reason}`),
    received: (_place, event) => heard.push(`received ${event}`),
    handled: (_place, event, seconds) => heard.push(`handled ${event} ${figure(seconds)}`),
    emitted: (_place, event) => heard.push(`emitted ${event}`),
    acknowledged: (_place, event, seconds) => heard.push(`acknowledged ${event} ${figure(seconds)}`),
    failed: (namespace, phase) => heard.push(`failed ${namespace} ${phase}`),
    refused: (type, code) => heard.push(`refused ${type} ${code}`),
  };
  return { heard, all };
}

test.each(VERSIONS)('an observer is told what a client %s does, without its data', async (version) => {
  const { heard, all } = observer();
  const { io, url } = await startServer({ namespaces: CLASSES, errorHandler: () => {} });
  onTestFinished(observeServer(io, all));
  const client = connect(version, url, 'websocket');
  client.on('question', (n, ack) => ack(n + 1));
  await client.next('connect');
  expect(await client.ask('SAY', 'hello')).toEqual([5]);
  expect(await client.ask('ask')).toEqual([2]);
  await client.ask('broken');
  await client.ask('never heard of');
  const [socket] = io.sockets.sockets.values();
  const gone = new Promise((resolve) => socket?.once('disconnect', resolve));
  client.disconnect();
  const reason = await gone;
  const generation = { '4.8.4': 'eio4', '2.5.0': 'eio3', '0.9.17': '0.9' }[version as string];
  expect(heard).toEqual([
    `connected / ${generation}`,
    'received say',
    'handled say in time',
    'received ask',
    'emitted question',
    'acknowledged question in time',
    'handled ask in time',
    'received broken',
    'failed / event',
    'handled broken in time',
    'received unknown',
    'refused event no_such_method',
    'handled unknown in time',
    `disconnected / ${reason}`,
  ]);
});

test('an observer is told of its own server only, and of nothing once it is stopped', async () => {
  const { heard, all } = observer();
  const [mine, other] = [await startServer({ namespaces: CLASSES }), await startServer({ namespaces: CLASSES })];
  const stop = observeServer(mine.io, all);
  await connect('4.8.4', other.url, 'websocket').ask('say', 'x');
  expect(heard).toEqual([]);
  await connect('4.8.4', mine.url, 'websocket').ask('say', 'x');
  const before = heard.length;
  expect(before).toBeGreaterThan(0);
  stop();
  await connect('4.8.4', mine.url, 'websocket').ask('say', 'x');
  expect(heard).toHaveLength(before);
});

test('the figures of a server count sockets by namespace, protocol version and transport', async () => {
  const { io, url } = await startServer({ namespaces: { '/chat': Chat } });
  await connect('4.8.4', `${url}/chat`, 'websocket').next('connect');
  await connect('4.8.4', `${url}/chat`, 'polling').next('connect');
  await connect('2.5.0', `${url}/chat`, 'websocket').next('connect');
  const stats = io.stats();
  expect(stats.connections.total).toBe(3);
  expect(stats.namespaces.find(({ name }) => name === '/chat')?.sockets).toEqual({
    eio4: { websocket: 1, polling: 1 },
    eio3: { websocket: 1 },
  });
  expect(stats).toMatchObject({
    unjoined: 0,
    evicted: 0,
    maxBufferedBytes: expect.any(Number),
    maxHeartbeatAge: expect.any(Number),
    flow: { dropped: 0, replaced: 0, skipped: 0, slowConsumers: 0 },
  });
  expect(io.stats()).toBe(stats);
});

test('a server that does not listen yet has figures, too', async () => {
  const { Server } = await import('@sio/core');
  const io = new Server();
  expect(io.stats()).toMatchObject({ connections: { total: 0 }, bufferedBytes: 0, eventLoopLag: 0 });
  await io.close();
});
