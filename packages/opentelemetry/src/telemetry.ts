import { inspect } from 'node:util';
import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import type { ObservedServer } from '@sio/core';
import { type Measured, measure } from './measure.js';
import { traceServer } from './spans.js';

/** Options of {@link Telemetry}. */
export interface TelemetryOptions {
  /** Makes the tracer; `false` for no spans. Default: the global provider. */
  readonly tracerProvider?: TracerProvider | false;
  /** Makes the meter; `false` for no metrics. Default: the global provider. */
  readonly meterProvider?: MeterProvider | false;
  /** The kinds of spans. Default: all but `deliveries`. Leave out `emits` and `broadcasts` where a server sends much more than it gets. */
  readonly spans?: {
    /** A client joins a namespace. */
    readonly connections?: boolean;
    /** An event of a client is handled. */
    readonly events?: boolean;
    /** An event goes to one client; with an acknowledgement the span lasts until it comes. */
    readonly emits?: boolean;
    /** An event goes to a namespace or to rooms. */
    readonly broadcasts?: boolean;
    /** A broadcast reaches one client: a trace of its own, linked to the broadcast. Default: `false`, as there is one for each client. */
    readonly deliveries?: boolean;
  };
  /**
   * Chooses the events whose handlers and emits become spans. Default: every one, and the sampler of the SDK decides.
   * @param namespace its name @param event the event's name
   */
  readonly filter?: (namespace: string, event: string) => boolean;
  /** The attribute of a namespace in metrics. Default: its name. Give all children of `/orders/:id` one name here. */
  readonly namespace?: (name: string) => string;
  /** Namespaces with a name of their own in metrics, at least 1; the rest are `other`. Default: 50. */
  readonly maxNamespaces?: number;
  /** Events with a name of their own in metrics, at least 1; the rest are `other`. Default: 200. */
  readonly maxEvents?: number;
}

const SCOPE = '@sio/opentelemetry';

/** Spans and metrics of one server, until {@link stop}. */
export class Telemetry {
  readonly #stops: (() => void)[] = [];

  /**
   * @throws TypeError for a server without `stats`
   * @throws RangeError for a bound that is not a whole number of at least 1
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

  /** Stops making spans and metrics, and ends spans that wait for an acknowledgement. */
  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}

function measured({ namespace, maxNamespaces, maxEvents }: TelemetryOptions): Measured {
  return { namespace: namespace ?? ((name) => name), maxNamespaces: maxNamespaces ?? 50, maxEvents: maxEvents ?? 200 };
}
