import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { Namespace, type ServerOptions } from '@sio/core';
import { Metrics, type MetricsOptions, scrapeHandlers } from '@sio/prometheus';
import { connect, FRAMEWORKS, serveRoute, startServer, type Version } from '@sio/test-kit';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

class Chat extends Namespace {
  onSay(text: string) {
    this.broadcast.emit('said', text);
    return 'ok';
  }

  onBroken() {
    throw new Error('secret');
  }

  async onAsk() {
    return this.emitWithAck('question', 1);
  }
}

async function measured(options: MetricsOptions = {}, serverOptions: ServerOptions = {}) {
  const server = await startServer({ namespaces: { '/chat': Chat }, errorHandler: () => {}, ...serverOptions });
  const registry = new Registry();
  const metrics = new Metrics(server.io, { registry, ...options });
  onTestFinished(() => metrics.stop());
  return { ...server, registry, metrics };
}

/** Bytes. */
const MESSAGE = 5000;

/** The value of one time series of a registry in Prometheus' text format. */
async function series(registry: Registry, start: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(`${start} `));
  return line === undefined ? undefined : Number(line.slice(start.length + 1));
}

test.each<Version>(['4.8.4', '2.5.0', '0.9.17'])('what a client %s does is counted', async (version) => {
  const { url, registry } = await measured();
  const client = connect(version, `${url}/chat`, 'websocket');
  client.on('question', (n, ack) => ack(n + 1));
  await client.ask('say', 'h'.repeat(MESSAGE));
  await client.ask('ask');
  await client.ask('broken');
  await client.ask('a name of my choosing');
  const generation = { '4.8.4': 'eio4', '2.5.0': 'eio3', '0.9.17': '0.9' }[version as string];
  const place = `namespace="/chat",generation="${generation}",transport="websocket"`;
  expect(await series(registry, `sio_connections{generation="${generation}",transport="websocket"}`)).toBe(1);
  expect(await series(registry, `sio_sockets{${place}}`)).toBe(1);
  expect(await series(registry, `sio_connects_total{${place}}`)).toBe(1);
  expect(await series(registry, 'sio_events_received_total{namespace="/chat",event="say"}')).toBe(1);
  expect(await series(registry, 'sio_events_received_total{namespace="/chat",event="unknown"}')).toBe(1);
  expect(await series(registry, 'sio_broadcasts_total{namespace="/chat",event="said"}')).toBe(1);
  expect(await series(registry, 'sio_events_emitted_total{namespace="/chat",event="question"}')).toBe(1);
  expect(await series(registry, 'sio_handler_duration_seconds_count{namespace="/chat",event="ask"}')).toBe(1);
  expect(await series(registry, 'sio_ack_duration_seconds_count{namespace="/chat",event="question"}')).toBe(1);
  expect(await series(registry, 'sio_failures_total{namespace="/chat",phase="event"}')).toBe(1);
  expect(await series(registry, 'sio_refusals_total{type="event",code="no_such_method"}')).toBe(1);
  expect(await series(registry, 'sio_messages_dropped_total{how="slowConsumers"}')).toBe(0);
  const bytes = `{generation="${generation}",transport="websocket"}`;
  expect(await series(registry, `sio_received_bytes_total${bytes}`)).toBeGreaterThan(MESSAGE);
  expect(await series(registry, `sio_sent_bytes_total${bytes}`)).toBeGreaterThan(100);
  expect(await series(registry, 'sio_event_loop_lag_seconds_max')).toBeGreaterThanOrEqual(0);
  expect(await registry.metrics()).not.toContain('my choosing');
});

test('disconnections and refused handshakes are counted by their reason', async () => {
  const { io, url, registry } = await measured({}, { allowedOrigins: ['http://friend.example'] });
  const client = connect('4.8.4', `${url}/chat`, 'websocket');
  await client.next('connect');
  const [socket] = io.of('/chat').sockets.values();
  const gone = new Promise((resolve) => socket?.once('disconnect', resolve));
  client.disconnect();
  const reason = await gone;
  expect(await series(registry, `sio_disconnects_total{namespace="/chat",reason="${reason}"}`)).toBe(1);
  await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: 'http://foe.example' } });
  expect(await series(registry, 'sio_refusals_total{type="handshake",code="4"}')).toBe(1);
});

test('namespaces above the limit share one label, and the log says so once', async () => {
  const warnings: unknown[] = [];
  const logger = { error() {}, info() {}, debug() {}, warn: (what: unknown) => void warnings.push(what) };
  const { io, url } = await startServer({ logger });
  const registry = new Registry();
  const metrics = new Metrics(io, { registry, maxNamespaces: 2 });
  onTestFinished(() => metrics.stop());
  io.of(/^\/room-\d+$/).on('connection', (socket) => socket.on('say', (ack) => ack()));
  for (let i = 0; i < 5; i++) await connect('4.8.4', `${url}/room-${i}`, 'websocket').ask('say');
  expect(await series(registry, 'sio_events_received_total{namespace="/room-1",event="say"}')).toBe(1);
  expect(await series(registry, 'sio_events_received_total{namespace="other",event="say"}')).toBe(3);
  expect(await series(registry, 'sio_events_received_total{namespace="/room-4",event="say"}')).toBeUndefined();
  expect(warnings).toEqual([
    'metrics tell 2 namespaces apart; further ones count as other. Give namespaces of one pattern one label with the option namespace, or raise maxNamespaces.',
  ]);
});

test('namespaces of one pattern can have one label', async () => {
  const { io, url } = await startServer();
  const registry = new Registry();
  const namespace = (name: string) => name.replace(/\d+/, ':id');
  const metrics = new Metrics(io, { registry, namespace, labels: { server: 'a' }, prefix: 'chat_' });
  onTestFinished(() => metrics.stop());
  io.of(/^\/room-\d+$/).on('connection', (socket) => socket.on('say', (ack) => ack()));
  for (let i = 0; i < 3; i++) await connect('4.8.4', `${url}/room-${i}`, 'websocket').ask('say');
  const labels = 'server="a",namespace="/room-:id"';
  expect(await series(registry, `chat_events_received_total{${labels},event="say"}`)).toBe(3);
  expect(await series(registry, `chat_sockets{${labels},generation="eio4",transport="websocket"}`)).toBe(3);
});

test('stopped metrics are removed from the registry, so that others can use their names', async () => {
  const { io, registry, metrics } = await measured();
  expect(() => new Metrics(io, { registry })).toThrow('already been registered');
  metrics.stop();
  expect(await registry.metrics()).toBe('\n');
  new Metrics(io, { registry }).stop();
});

test('mistakes are refused with an error that says what is allowed', async () => {
  const { io } = await startServer();
  expect(() => new Metrics({} as never)).toThrow('Metrics need a server of @sio/core (io)');
  for (const maxNamespaces of [0, 1.5, Number.NaN]) {
    expect(() => new Metrics(io, { registry: new Registry(), maxNamespaces })).toThrow('a whole number of at least 1');
  }
});

describe('a scrape is answered', () => {
  test.each(FRAMEWORKS)('on %s', async (framework) => {
    const { url, registry } = await measured();
    await connect('4.8.4', `${url}/chat`, 'websocket').ask('say', 'x');
    const answer = await fetch(await serveRoute(framework, scrapeHandlers(registry)));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await answer.text()).toContain('sio_events_received_total{namespace="/chat",event="say"} 1');
  });

  test('with 500 when a metric cannot be collected, and the server keeps running', async () => {
    const { io, registry } = await measured();
    io.stats = () => {
      throw new Error('no figures today');
    };
    const url = await serveRoute('node', scrapeHandlers(registry));
    const answer = await fetch(url);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('no figures today');
    expect((await fetch(url)).status).toBe(500);
  });
});

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** The names of all metrics in an expression, by the parser of Prometheus' own user interface. */
function metricsIn(expression: string): string[] {
  const names: string[] = [];
  parser.parse(expression).iterate({
    enter({ type, from, to }) {
      if (type.isError) throw new Error(`No PromQL at ${from}: ${expression}`);
      if (type.name === 'Identifier') names.push(expression.slice(from, to));
    },
  });
  return names;
}

test('every expression of the dashboard and the alerts is PromQL over metrics that exist', async () => {
  const { registry } = await measured();
  const families = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  const dashboard = JSON.parse(read('dashboards/sio.json'));
  const { groups } = parse(read('alerts/sio.yml'));
  const expressions: string[] = [
    ...dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) => targets.map(({ expr }) => expr)),
    ...groups.flatMap(({ rules }: { rules: { expr: string }[] }) => rules.map(({ expr }) => expr)),
  ];
  expect(expressions.length).toBeGreaterThan(15);
  const used = expressions.flatMap(metricsIn).map((name) => name.replace(/_bucket$/, ''));
  expect(families).toEqual(expect.arrayContaining(used));
  expect(new Set(used)).toEqual(new Set(families));
});

test('every alert says what is wrong and how bad it is', () => {
  const { groups } = parse(read('alerts/sio.yml'));
  for (const { rules } of groups) {
    for (const rule of rules) {
      expect(rule).toMatchObject({
        alert: expect.stringMatching(/^Sio/),
        for: expect.stringMatching(/^\d+m$/),
        labels: { severity: expect.stringMatching(/^(warning|critical)$/) },
        annotations: { summary: expect.any(String), description: expect.any(String) },
      });
    }
  }
});
