import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { Namespace, socketio } from '@sio/core';
import { Telemetry, type TelemetryOptions } from '@sio/opentelemetry';
import { connect, listen, startServer, type Version } from '@sio/test-kit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

const manager = new AsyncLocalStorageContextManager();
beforeAll(() => void context.setGlobalContextManager(manager.enable()));
afterAll(() => context.disable());

class Chat extends Namespace {
  onConnect() {
    void this.join('room');
  }

  async onSay(text: string) {
    await new Promise((resolve) => setImmediate(resolve));
    this.nsp.to('room').emit('said', text);
    return trace.getActiveSpan()?.spanContext().traceId;
  }

  onBroken() {
    throw new RangeError('out of range');
  }

  async onAsk() {
    return this.emitWithAck('question', 1);
  }

  onTell() {
    this.emit('news', 'x');
    return 'told';
  }
}

class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Bytes. */
const MESSAGE = 5000;

/** The real SDK, with exporters in memory. */
function sdk(sampler?: Sampler) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler && { sampler }),
  });
  const reader = new PullReader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(async () => {
    await provider.shutdown();
    await meterProvider.shutdown();
  });
  const spans = () => exporter.getFinishedSpans();
  return {
    provider,
    meterProvider,
    spans,
    span: (name: string) => spans().find((each) => each.name === name),
    async names() {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
    },
    async points(name: string) {
      const { resourceMetrics } = await reader.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    },
  };
}

async function observed(options: TelemetryOptions = {}, sampler?: Sampler) {
  const otel = sdk(sampler);
  const server = await startServer({ namespaces: { '/chat': Chat }, errorHandler: () => {} });
  const telemetry = new Telemetry(server.io, {
    tracerProvider: otel.provider,
    meterProvider: otel.meterProvider,
    ...options,
  });
  onTestFinished(() => telemetry.stop());
  return { ...server, otel, telemetry };
}

describe.each<Version>(['4.8.4', '2.5.0', '0.9.17'])('with a client %s', (version) => {
  test('a handler has a span, which is active while it runs and the parent of the spans of its emits', async () => {
    const { url, otel } = await observed();
    const client = connect(version, `${url}/chat`, 'websocket');
    const [traceId] = await client.ask('say', 'hello');
    const span = otel.span('process /chat say');
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.kind).toBe(SpanKind.CONSUMER);
    expect(span?.attributes).toMatchObject({
      'messaging.system': 'socket.io',
      'messaging.operation.type': 'process',
      'messaging.destination.name': '/chat',
      'sio.event': 'say',
      'sio.transport': 'websocket',
      'sio.generation': { '4.8.4': 'eio4', '2.5.0': 'eio3', '0.9.17': '0.9' }[version as string],
    });
    expect(span?.events.map(({ name }) => name)).toEqual(['acknowledged']);
    const broadcast = otel.span('broadcast /chat said');
    expect(broadcast?.kind).toBe(SpanKind.PRODUCER);
    expect(broadcast?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId);
    expect(broadcast?.attributes).toMatchObject({ 'sio.broadcast.rooms': 1 });
    // One span for a broadcast, whatever it reaches.
    expect(otel.span('send /chat said')).toBeUndefined();
  });

  test('deliveries to a room are linked to the broadcast and not part of its trace', async () => {
    const { url, otel } = await observed({ spans: { deliveries: true } });
    const [ada, ben] = [connect(version, `${url}/chat`, 'websocket'), connect(version, `${url}/chat`, 'websocket')];
    await ben.joined();
    const heard = ben.next('said');
    await ada.ask('say', 'hello');
    await heard;
    // A client that answers begins a trace, too.
    await ben.ask('tell');
    const broadcast = otel.span('broadcast /chat said')?.spanContext();
    const deliveries = otel.spans().filter(({ name }) => name === 'deliver /chat said');
    expect(deliveries).toHaveLength(2);
    for (const { links, parentSpanContext, attributes } of deliveries) {
      expect(links.map((link) => link.context.spanId)).toEqual([broadcast?.spanId]);
      expect(parentSpanContext).toBeUndefined();
      expect(attributes).toMatchObject({ 'sio.event': 'said', 'sio.transport': 'websocket' });
    }
    expect(otel.span('process /chat tell')?.spanContext().traceId).not.toBe(broadcast?.traceId);
  });

  test('an emit with an acknowledgement has a span that ends when it arrives', async () => {
    const { url, otel } = await observed();
    const client = connect(version, `${url}/chat`, 'websocket');
    client.on('question', (n, ack) => {
      expect(otel.span('send /chat question')).toBeUndefined();
      ack(n + 1);
    });
    expect(await client.ask('ask')).toEqual([2]);
    const span = otel.span('send /chat question');
    expect(span?.events.map(({ name }) => name)).toEqual(['acknowledged']);
    expect(span?.parentSpanContext?.spanId).toBe(otel.span('process /chat ask')?.spanContext().spanId);
  });

  test('an error is recorded in the span of its handler', async () => {
    const { url, otel } = await observed();
    await connect(version, `${url}/chat`, 'websocket').ask('broken');
    const span = otel.span('process /chat broken');
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'out of range' });
    expect(span?.attributes['error.type']).toBe('RangeError');
  });
});

test('spans are linked to the span of the request that opened the connection', async () => {
  const otel = sdk();
  const tracer = otel.provider.getTracer('http');
  const httpServer = createServer();
  const { io } = socketio({ '/chat': Chat }).attach(httpServer);
  const telemetry = new Telemetry(io, { tracerProvider: otel.provider, meterProvider: otel.meterProvider });
  onTestFinished(async () => {
    telemetry.stop();
    await io.close();
  });
  let request = '';
  io.engine.use((_req, _res, next) => {
    const span = tracer.startSpan('GET /socket.io/');
    request = span.spanContext().spanId;
    context.with(trace.setSpan(context.active(), span), next);
    span.end();
  });
  const url = await listen(httpServer);
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  await client.ask('tell');
  for (const name of ['connect /chat', 'process /chat tell']) {
    const span = otel.span(name);
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.links.map(({ context: linked }) => linked.spanId)).toEqual([request]);
  }
});

test('a span that waits for an acknowledgement ends when its client disconnects', async () => {
  const { io, url, otel } = await observed();
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  const asked = client.next('question');
  client.raw.emit('ask');
  await asked;
  const [socket] = io.of('/chat').sockets.values();
  const gone = new Promise((resolve) => socket?.once('disconnect', resolve));
  client.disconnect();
  await gone;
  expect(otel.span('send /chat question')?.attributes['sio.acknowledged']).toBe(false);
});

test('the sampler of the SDK leaves out whole traces, but no metrics', async () => {
  const wanted: string[] = [];
  const sampler: Sampler = {
    shouldSample(_context, _traceId, name) {
      wanted.push(name);
      return { decision: name.endsWith('tell') ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED };
    },
    toString: () => 'without tell',
  };
  const { url, otel } = await observed({}, new ParentBasedSampler({ root: sampler }));
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  await client.ask('tell');
  await client.ask('say', 'x');
  // The sampler decides on a handler, and on its emits with it.
  expect(wanted).toEqual(['connect /chat', 'process /chat tell', 'process /chat say']);
  expect(otel.spans().map(({ name }) => name)).toEqual(['connect /chat', 'broadcast /chat said', 'process /chat say']);
  const events = (await otel.points('sio.events.received')).map(({ attributes }) => attributes['sio.event']);
  expect(events).toEqual(['tell', 'say']);
});

test('a filter selects events, and options leave out kinds of spans', async () => {
  const { url, otel } = await observed({
    filter: (_namespace, event) => event !== 'tell',
    spans: { broadcasts: false, connections: false },
  });
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  await client.ask('tell');
  await client.ask('say', 'x');
  expect(otel.spans().map(({ name }) => name)).toEqual(['send /chat news', 'process /chat say']);
});

test('metrics count connections, events, latencies, failures and refusals', async () => {
  const { url, otel } = await observed();
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  client.on('question', (n, ack) => ack(n));
  await client.ask('say', 'x'.repeat(MESSAGE));
  await client.ask('ask');
  await client.ask('broken');
  await client.ask('a name of my choosing');
  await connect('2.5.0', `${url}/chat`, 'polling').ask('say', 'y');
  const values = async (name: string, key: string) =>
    Object.fromEntries((await otel.points(name)).map(({ attributes, value }) => [attributes[key], value]));
  expect(await values('sio.events.received', 'sio.event')).toEqual({ say: 2, ask: 1, broken: 1, unknown: 1 });
  expect(await values('sio.failures', 'sio.phase')).toEqual({ event: 1 });
  expect(await values('sio.refusals', 'sio.code')).toEqual({ no_such_method: 1 });
  expect(await values('sio.connections', 'sio.generation')).toEqual({ eio4: 1, eio3: 1 });
  expect(await values('sio.broadcasts', 'sio.event')).toEqual({ said: 2 });
  expect(await otel.points('messaging.process.duration')).toHaveLength(4);
  expect(await otel.points('sio.ack.duration')).toMatchObject([{ attributes: { 'sio.event': 'question' } }]);
  for (const name of ['sio.bytes.received', 'sio.bytes.sent']) {
    expect(await values(name, 'sio.transport')).toEqual({
      websocket: expect.toSatisfy((bytes) => bytes > MESSAGE),
      polling: expect.toSatisfy((bytes) => bytes > 0 && bytes < MESSAGE),
    });
  }
  expect(await values('sio.messages.dropped', 'sio.how')).toMatchObject({ dropped: 0, skipped: 0 });
  expect(await otel.points('sio.event_loop.lag.max')).toHaveLength(1);
});

test('the README names every metric', async () => {
  const { io, url, otel } = await observed();
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  client.on('question', (n, ack) => ack(n));
  for (const event of ['say', 'ask', 'broken', 'tell', 'a name of my choosing']) await client.ask(event);
  const [socket] = io.of('/chat').sockets.values();
  const gone = new Promise((resolve) => socket?.once('disconnect', resolve));
  client.disconnect();
  await gone;
  await connect('4.8.4', `${url}/chat`, 'websocket').joined();
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, section = ''] = /^## Metrics\n(.*?)^## /ms.exec(readme) ?? [];
  const named = [...section.matchAll(/`((?:sio|messaging)\.[a-z_.]+)`/g)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(await otel.names()));
});

test('names of metrics are limited: further namespaces share one name, and the log says so once', async () => {
  const otel = sdk();
  const warnings: unknown[] = [];
  const logger = { error() {}, info() {}, debug() {}, warn: (what: unknown) => void warnings.push(what) };
  const { io, url } = await startServer({ logger });
  io.of(/^\/room-\d+$/).on('connection', (socket) => socket.on('say', (ack) => ack()));
  const options = { tracerProvider: false, meterProvider: otel.meterProvider, maxNamespaces: 2 } as const;
  const telemetry = new Telemetry(io, options);
  onTestFinished(() => telemetry.stop());
  for (let i = 0; i < 5; i++) await connect('4.8.4', `${url}/room-${i}`, 'websocket').ask('say');
  const names = (await otel.points('sio.events.received')).map(({ attributes, value }) => [
    attributes['messaging.destination.name'],
    value,
  ]);
  expect(names).toEqual([
    ['/room-0', 1],
    ['/room-1', 1],
    ['other', 3],
  ]);
  expect(warnings).toEqual([expect.stringContaining('metrics tell 2 namespaces apart; further ones count as other')]);
});

test('nothing is recorded after telemetry is stopped', async () => {
  const { url, otel, telemetry } = await observed();
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  await client.ask('say', 'x');
  const before = otel.spans().length;
  telemetry.stop();
  await client.ask('say', 'y');
  expect(otel.spans()).toHaveLength(before);
});

test('a server of another package is refused with an error that says so', () => {
  expect(() => new Telemetry({} as never)).toThrow('Telemetry needs a server of @sio/core (io)');
});
