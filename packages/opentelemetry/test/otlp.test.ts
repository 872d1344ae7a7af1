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
import { expect, onTestFinished, test } from 'vitest';

class Chat extends Namespace {
  onSay(text: string) {
    this.nsp.emit('said', text);
    return { delivered: true };
  }
}

/** A server that keeps the OTLP/HTTP requests of exporters, as a collector gets them. */
async function startCollector() {
  const received: { path: string; body: any }[] = [];
  const collector = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    received.push({ path: req.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
    res.setHeader('content-type', 'application/json');
    res.end('{}');
  });
  const collectorUrl = await listen(collector);
  return { collectorUrl, received };
}

test('the exporters of OTLP bring spans and metrics to a collector', async () => {
  const { collectorUrl, received } = await startCollector();
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
  const url = await listen(httpServer);
  await connect('4.8.4', `${url}/chat`, 'websocket').ask('say', 'hello');
  await tracerProvider.forceFlush();
  await meterProvider.forceFlush();

  const bodies = (path: string) => received.filter((each) => each.path === path).map(({ body }) => body);
  const spans = bodies('/v1/traces').flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap((each: any) => each.scopeSpans.flatMap((scope: any) => scope.spans)),
  );
  const handler = spans.find(({ name }) => name === 'process /chat say');
  const broadcast = spans.find(({ name }) => name === 'broadcast /chat said');
  expect(broadcast).toMatchObject({ traceId: handler.traceId, parentSpanId: handler.spanId });
  const metrics = bodies('/v1/metrics').flatMap(({ resourceMetrics }) =>
    resourceMetrics.flatMap((each: any) => each.scopeMetrics.flatMap((scope: any) => scope.metrics)),
  );
  const events = metrics.find(({ name }) => name === 'sio.events.received');
  expect(events.sum.dataPoints).toMatchObject([{ asDouble: 1 }]);
});
