import { inspect } from 'node:util';
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import type { ObservedServer } from '@sio/core';
import { type Measured, measure } from './measure.js';
import { traceServer } from './spans.js';

/** Options of {@link Telemetry}. */
export interface TelemetryOptions {
  /** The provider of the tracer, or `false` for no spans. Default: the global provider. */
  readonly tracerProvider?: TracerProvider | false;
  /** The provider of the meter, or `false` for no metrics. Default: the global provider. */
  readonly meterProvider?: MeterProvider | false;
  /** The kinds of spans to record. Set `emits` and `broadcasts` to `false` if a server sends much more than it receives. Default: all but `deliveries`. */
  readonly spans?: {
    /** Spans of clients that join a namespace. Default: `true`. */
    readonly connections?: boolean;
    /** Spans of handlers: an event of a client is handled. Default: `true`. */
    readonly events?: boolean;
    /** Spans of events to one client. With an acknowledgement, the span ends when it arrives. Default: `true`. */
    readonly emits?: boolean;
    /** Spans of events to a namespace or to rooms. Default: `true`. */
    readonly broadcasts?: boolean;
    /** Spans of each client that a broadcast reaches, each in a trace of its own with a link to the broadcast. Default: `false`. */
    readonly deliveries?: boolean;
  };
  /**
   * Decides whether an event gets spans, for its handler and for emits. Default: every event does, and the sampler of the SDK decides.
   * @param namespace the name of the namespace @param event the name of the event
   */
  readonly filter?: (namespace: string, event: string) => boolean;
  /** Returns the name of a namespace in metrics. Use it to give all namespaces of a pattern such as `/orders/:id` one name. Default: its name. */
  readonly namespace?: (name: string) => string;
  /** The number of namespaces with a name of their own in metrics, at least 1; the rest are `other`. Default: 50. */
  readonly maxNamespaces?: number;
  /** The number of events with a name of their own in metrics, at least 1; the rest are `other`. Default: 200. */
  readonly maxEvents?: number;
}

const SCOPE = '@sio/opentelemetry';

/** Records spans and metrics of one server, until {@link stop}. */
export class Telemetry {
  readonly #stops: (() => void)[] = [];

  /**
   * @param server the server to observe: `io`.
   * @throws TypeError if the server has no method `stats()`
   * @throws RangeError if `maxNamespaces` or `maxEvents` is not a whole number of at least 1
   */
  constructor(server: ObservedServer, options: TelemetryOptions = {}) {
    if (typeof (server as Partial<ObservedServer> | undefined)?.stats !== 'function') {
      const given = inspect(server, { depth: -1 });
      throw new TypeError(`Telemetry needs a server of @sio/core (io), which has a method stats(), not ${given}`);
    }
    const { tracerProvider = trace, meterProvider = metrics } = options;
    if (meterProvider !== false) this.#stops.push(measure(server, meterProvider.getMeter(SCOPE), measured(options)));
    if (tracerProvider !== false) {
      const kinds = {
        connections: true,
        events: true,
        emits: true,
        broadcasts: true,
        deliveries: false,
        ...options.spans,
      };
      this.#stops.push(traceServer(server, tracerProvider.getTracer(SCOPE), kinds, options.filter));
    }
  }

  /** Stops recording, and ends spans that wait for an acknowledgement. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}

function measured({ namespace, maxNamespaces, maxEvents }: TelemetryOptions): Measured {
  return { namespace: namespace ?? ((name) => name), maxNamespaces: maxNamespaces ?? 50, maxEvents: maxEvents ?? 200 };
}
