import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

/** Prints a line for each span. */
class Lines implements SpanExporter {
  export(spans: ReadableSpan[], done: (result: { code: number }) => void): void {
    for (const span of spans) {
      const { name, duration, parentSpanContext } = span;
      const milliseconds = duration[0] * 1000 + duration[1] / 1e6;
      const parent = parentSpanContext === undefined ? '' : `, part of ${parentSpanContext.spanId}`;
      console.log(`span ${span.spanContext().spanId} ${name} (${milliseconds.toFixed(1)} ms${parent})`);
    }
    done({ code: 0 });
  }

  async shutdown(): Promise<void> {}
}

/**
 * The SDK as an application starts it. With `OTEL_EXPORTER_OTLP_ENDPOINT` spans go to a collector, else to the terminal.
 * @param share of traces that are kept; a trace is kept with all its spans
 */
export function startTracing(share: number): BasicTracerProvider {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const isSent = process.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
  return new BasicTracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [isSent ? new BatchSpanProcessor(new OTLPTraceExporter()) : new SimpleSpanProcessor(new Lines())],
  });
}
