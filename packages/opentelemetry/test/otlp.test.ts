import { once } from 'node:events';
import { createServer } from 'node:http';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Namespace, socketio } from '@sio/core';
import { Telemetry } from '@sio/opentelemetry';
import { connect, listen } from '@sio/test-kit';
import { startCollector } from '@sio/test-kit/programs';
import { tool } from '@sio/test-kit/services';
import { expect, onTestFinished, test } from 'vitest';

class Chat extends Namespace {
  onSay(text: string) {
    this.nsp.emit('said', text);
    return { delivered: true };
  }
}

/** A server that keeps what comes by OTLP over HTTP. */
async function startReceiver() {
  const [spans, metrics]: any[][] = [[], []];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(Buffer.concat(chunks).toString());
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans!.push(...scope.spans);
    for (const { scopeMetrics } of resourceMetrics) for (const scope of scopeMetrics) metrics!.push(...scope.metrics);
    res.setHeader('content-type', 'application/json');
    res.end('{}');
    server.emit('received');
  });
  const url = await listen(server);
  /** A collector answers before it passes on. */
  const arrived = async () => {
    while (spans!.length === 0 || metrics!.length === 0) await once(server, 'received');
  };
  return { url, spans: spans!, metrics: metrics!, arrived };
}

/** A client asks a server once, whose spans and metrics go out. @param collectorUrl a receiver of OTLP */
async function exportTo(collectorUrl: string): Promise<void> {
  const contextManager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contextManager);
  const httpServer = createServer();
  const { io } = socketio({ '/chat': Chat }).attach(httpServer);
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${collectorUrl}/v1/traces` }))],
  });
  const meterProvider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${collectorUrl}/v1/metrics` }),
        exportIntervalMillis: 60_000,
      }),
    ],
  });
  const telemetry = new Telemetry(io, { tracerProvider, meterProvider });
  onTestFinished(async () => {
    telemetry.stop();
    await io.close();
    await tracerProvider.shutdown();
    await meterProvider.shutdown();
    context.disable();
  });
  await connect('4.8.4', `${await listen(httpServer)}/chat`, 'websocket').ask('say', 'hello');
  await tracerProvider.forceFlush();
  await meterProvider.forceFlush();
}

/** The sum of a counter's points. A collector writes numbers as its own protocol has them. */
function sumOf(metrics: any[], name: string): number {
  const { sum } = metrics.find((metric) => metric.name === name);
  return sum.dataPoints.reduce((all: number, { asDouble = 0, asInt = 0 }) => all + asDouble + Number(asInt), 0);
}

async function expectBoth({ spans, metrics, arrived }: Awaited<ReturnType<typeof startReceiver>>): Promise<void> {
  await arrived();
  const handler = spans.find(({ name }) => name === 'process /chat say');
  const broadcast = spans.find(({ name }) => name === 'broadcast /chat said');
  expect(broadcast).toMatchObject({ traceId: handler.traceId, parentSpanId: handler.spanId });
  expect(sumOf(metrics, 'sio.events.received')).toBe(1);
  expect(sumOf(metrics, 'sio.bytes.received')).toBeGreaterThan(0);
}

test('the exporters of OTLP send spans and metrics', async () => {
  const receiver = await startReceiver();
  await exportTo(receiver.url);
  await expectBoth(receiver);
});

const otelcol = tool('otelcol');

test.skipIf(otelcol === undefined)('a collector accepts spans and metrics, and forwards them', async () => {
  const receiver = await startReceiver();
  await exportTo(await startCollector(otelcol!, receiver.url));
  await expectBoth(receiver);
});
