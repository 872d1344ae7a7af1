import { inspect } from 'node:util';
import { BoundedLabel, type ObservedServer, observeServer, type ServerObserver, type ServerStats } from '@sio/core';
import { Counter, Gauge, Histogram, type Registry, register } from 'prom-client';

/** Options of {@link Metrics}. */
export interface MetricsOptions {
  /** The registry to which the metrics are added. Default: the global registry of prom-client. */
  readonly registry?: Registry;
  /** The prefix of all metric names. Default: `sio_`. */
  readonly prefix?: string;
  /** Labels that every metric gets, such as the name of the server if a process has several. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Returns the label of a namespace. Use it to give all namespaces of a pattern such as `/orders/:id` one label. Default: its name. */
  readonly namespace?: (name: string) => string;
  /** The number of namespaces with a label of their own, at least 1; the rest share `other`. Default: 50. */
  readonly maxNamespaces?: number;
  /** The number of events with a label of their own, at least 1; the rest share `other`. Default: 200. */
  readonly maxEvents?: number;
  /** Upper bounds of the histograms' buckets in seconds, in ascending order. Default: 13 bounds from 0.001 to 10. */
  readonly buckets?: readonly number[];
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const MAX_NAMESPACES = 50;
const MAX_EVENTS = 200;
/** Reasons and codes are few, unless the application invents them. */
const MAX_REASONS = 50;

const PLACE = ['namespace', 'generation', 'transport'] as const;

/**
 * Adds the metrics of one server to a registry of prom-client. Gauges read the server when they are scraped. Counters and histograms listen
 * to its diagnostics channels until {@link stop}.
 */
export class Metrics {
  /** The registry that has the metrics. */
  readonly registry: Registry;
  readonly #names: string[] = [];
  readonly #stop: () => void;
  readonly #server: ObservedServer;
  readonly #prefix: string;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #namespace: (name: string) => string;
  readonly #events: BoundedLabel;
  readonly #reasons = new BoundedLabel(MAX_REASONS);

  /**
   * @param server the server to measure: `io`.
   * @throws TypeError if the server has no method `stats()`
   * @throws RangeError if `maxNamespaces` or `maxEvents` is not a whole number of at least 1
   * @throws Error if the registry already has a metric with one of these names
   */
  constructor(server: ObservedServer, options: MetricsOptions = {}) {
    if (typeof (server as Partial<ObservedServer> | undefined)?.stats !== 'function') {
      const given = inspect(server, { depth: -1 });
      throw new TypeError(`Metrics need a server of @sio/core (io), which has a method stats(), not ${given}`);
    }
    this.#server = server;
    this.registry = options.registry ?? register;
    this.#prefix = options.prefix ?? 'sio_';
    this.#labels = options.labels ?? {};
    const namespaces = new BoundedLabel(options.maxNamespaces ?? MAX_NAMESPACES, {
      server,
      values: 'namespaces',
      remedy: 'Give namespaces of one pattern one label with the option namespace, or raise maxNamespaces.',
    });
    const labelOf = options.namespace;
    this.#namespace = (name) => namespaces.of(labelOf === undefined ? name : String(labelOf(name)));
    this.#events = new BoundedLabel(options.maxEvents ?? MAX_EVENTS, {
      server,
      values: 'events',
      remedy: 'Raise maxEvents if all of them are of your application.',
    });
    this.#addGauges();
    this.#stop = observeServer(server, this.#observer(options.buckets ?? BUCKETS));
  }

  /** Stops listening and removes the metrics from the registry. */
  stop(): void {
    this.#stop();
    for (const name of this.#names.splice(0)) this.registry.removeSingleMetric(name);
  }

  // ---- what is looked at ----

  #addGauges(): void {
    const gauge = (name: string, help: string, read: (stats: ServerStats) => number): void => {
      const made: Gauge = this.#gauge(name, help, [], () => made.set(this.#labels, read(this.#server.stats())));
    };
    const connections: Gauge = this.#gauge('connections', 'Open connections.', ['generation', 'transport'], () => {
      connections.reset();
      for (const [generation, counts] of Object.entries(this.#server.stats().connections.generations)) {
        for (const [transport, count] of Object.entries(counts)) {
          connections.set({ ...this.#labels, generation, transport }, count);
        }
      }
    });
    const sockets: Gauge = this.#gauge('sockets', 'Sockets in namespaces.', [...PLACE], () => {
      sockets.reset();
      for (const { name, sockets: generations } of this.#server.stats().namespaces) {
        const namespace = this.#namespace(name);
        for (const [generation, counts] of Object.entries(generations)) {
          for (const [transport, count] of Object.entries(counts)) {
            sockets.inc({ ...this.#labels, namespace, generation, transport }, count);
          }
        }
      }
    });
    gauge('unjoined_connections', 'Connections that have joined no namespace yet.', ({ unjoined }) => unjoined);
    gauge('buffered_bytes', 'Bytes that wait for clients.', ({ bufferedBytes }) => bufferedBytes);
    gauge('buffered_bytes_max', 'Bytes that wait for the slowest client.', ({ maxBufferedBytes }) => maxBufferedBytes);
    gauge(
      'heartbeat_age_seconds_max',
      'The longest time since a client has answered a heartbeat.',
      ({ maxHeartbeatAge }) => maxHeartbeatAge / 1000,
    );
    gauge(
      'event_loop_lag_seconds_max',
      'The longest delay of the event loop in the last minute.',
      ({ eventLoopLag }) => eventLoopLag / 1000,
    );
    for (const way of ['received', 'sent'] as const) {
      const help = way === 'received' ? 'Bytes from clients.' : 'Bytes to clients.';
      const bytes: Counter = this.#counter(`${way}_bytes_total`, help, ['generation', 'transport'], () => {
        bytes.reset();
        for (const [generation, transports] of Object.entries(this.#server.stats().traffic)) {
          for (const [transport, carried] of Object.entries(transports)) {
            bytes.inc({ ...this.#labels, generation, transport }, carried[way]);
          }
        }
      });
    }
    const dropped: Counter = this.#counter(
      'messages_dropped_total',
      'Events that did not reach slow clients, and clients that were disconnected for not reading.',
      ['how'],
      () => {
        dropped.reset();
        const { flow, evicted } = this.#server.stats();
        for (const [how, count] of Object.entries({ ...flow, evicted })) dropped.inc({ ...this.#labels, how }, count);
      },
    );
  }

  // ---- what is listened to ----

  #observer(buckets: readonly number[]): ServerObserver {
    const perEvent = ['namespace', 'event'];
    const connects = this.#counter('connects_total', 'Sockets that have joined a namespace.', [...PLACE]);
    const disconnects = this.#counter('disconnects_total', 'Sockets that have left.', ['namespace', 'reason']);
    const received = this.#counter('events_received_total', 'Events of clients.', perEvent);
    const emitted = this.#counter('events_emitted_total', 'Events to clients, one for each client.', perEvent);
    const broadcasts = this.#counter('broadcasts_total', 'Events to many, one for each call.', perEvent);
    const failures = this.#counter('failures_total', "Failures of the application's code.", ['namespace', 'phase']);
    const refusals = this.#counter('refusals_total', 'Refused handshakes, connects and events.', ['type', 'code']);
    const handlers = this.#histogram('handler_duration_seconds', 'Time in handlers of events.', perEvent, buckets);
    const acks = this.#histogram('ack_duration_seconds', 'Time until a client acknowledges.', perEvent, buckets);
    const labels = (namespace: string, event: string) => ({
      ...this.#labels,
      namespace: this.#namespace(namespace),
      event: this.#events.of(event),
    });
    return {
      connected: ({ namespace, generation, transport }) => {
        connects.inc({ ...this.#labels, namespace: this.#namespace(namespace), generation, transport });
      },
      disconnected: ({ namespace }, reason) => {
        const why = { namespace: this.#namespace(namespace), reason: this.#reasons.of(reason) };
        disconnects.inc({ ...this.#labels, ...why });
      },
      received: ({ namespace }, event) => received.inc(labels(namespace, event)),
      handled: ({ namespace }, event, seconds) => handlers.observe(labels(namespace, event), seconds),
      emitted: ({ namespace }, event) => emitted.inc(labels(namespace, event)),
      broadcast: (namespace, event) => broadcasts.inc(labels(namespace, event)),
      acknowledged: ({ namespace }, event, seconds) => acks.observe(labels(namespace, event), seconds),
      failed: (namespace = '', phase) => {
        failures.inc({ ...this.#labels, namespace: this.#namespace(namespace), phase });
      },
      refused: (type, code) => refusals.inc({ ...this.#labels, type, code: this.#reasons.of(code) }),
    };
  }

  // ---- metrics ----

  #gauge(name: string, help: string, labels: readonly string[], collect: () => void): Gauge {
    return new Gauge({ ...this.#config(name, help, labels), collect });
  }

  #counter(name: string, help: string, labels: readonly string[], collect?: () => void): Counter {
    return new Counter({ ...this.#config(name, help, labels), ...(collect === undefined ? {} : { collect }) });
  }

  #histogram(name: string, help: string, labels: readonly string[], buckets: readonly number[]): Histogram {
    return new Histogram({ ...this.#config(name, help, labels), buckets: [...buckets] });
  }

  #config(name: string, help: string, labels: readonly string[]) {
    const full = `${this.#prefix}${name}`;
    const made = {
      name: full,
      help,
      labelNames: [...Object.keys(this.#labels), ...labels],
      registers: [this.registry],
    };
    this.#names.push(full);
    return made;
  }
}
