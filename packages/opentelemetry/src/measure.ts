import type { Attributes, Meter, ObservableCallback } from '@opentelemetry/api';
import { BoundedLabel, type ObservedServer, observeServer } from '@sio/core';

/** The names that metrics distinguish. */
export interface Measured {
  readonly namespace: (name: string) => string;
  readonly maxNamespaces: number;
  readonly maxEvents: number;
}

/** Reasons and codes are few, unless the application invents them. */
const MAX_REASONS = 50;

/** Metrics of a server, until the function that it returns is called. */
export function measure(server: ObservedServer, meter: Meter, { namespace, ...max }: Measured): () => void {
  const namespaces = new BoundedLabel(max.maxNamespaces, {
    server,
    values: 'namespaces',
    remedy: 'Give namespaces of one pattern one name with the option namespace, or raise maxNamespaces.',
  });
  const events = new BoundedLabel(max.maxEvents, {
    server,
    values: 'events',
    remedy: 'Raise maxEvents if all of them are of your application.',
  });
  const reasons = new BoundedLabel(MAX_REASONS);
  const nameOf = (name: string): string => namespaces.of(String(namespace(name)));
  const eventIn = (place: string, event: string): Attributes => ({
    'messaging.system': 'socket.io',
    'messaging.destination.name': nameOf(place),
    'sio.event': events.of(event),
  });
  const counter = (name: string, unit: string, description: string) => meter.createCounter(name, { unit, description });
  const received = counter('sio.events.received', '{event}', 'Events of clients.');
  const emitted = counter('sio.events.emitted', '{event}', 'Events to clients, one for each client.');
  const broadcasts = counter('sio.broadcasts', '{event}', 'Events to many, one for each call.');
  const connects = counter('sio.connects', '{socket}', 'Sockets that have joined a namespace.');
  const disconnects = counter('sio.disconnects', '{socket}', 'Sockets that have left.');
  const failures = counter('sio.failures', '{failure}', "Failures of the application's code.");
  const refusals = counter('sio.refusals', '{refusal}', 'Refused handshakes, connects and events.');
  const duration = { unit: 's', description: 'Time in handlers of events.' };
  const handlers = meter.createHistogram('messaging.process.duration', duration);
  const acks = meter.createHistogram('sio.ack.duration', {
    unit: 's',
    description: 'Time until a client acknowledges.',
  });

  const stop = observeServer(server, {
    connected: ({ namespace: name, generation, transport }) =>
      connects.add(1, { 'sio.namespace': nameOf(name), 'sio.generation': generation, 'sio.transport': transport }),
    disconnected: ({ namespace: name }, reason) =>
      disconnects.add(1, { 'sio.namespace': nameOf(name), 'sio.reason': reasons.of(reason) }),
    received: ({ namespace: name }, event) => received.add(1, eventIn(name, event)),
    handled: ({ namespace: name }, event, seconds) => handlers.record(seconds, eventIn(name, event)),
    emitted: ({ namespace: name }, event) => emitted.add(1, eventIn(name, event)),
    broadcast: (name, event) => broadcasts.add(1, eventIn(name, event)),
    acknowledged: ({ namespace: name }, event, seconds) => acks.record(seconds, eventIn(name, event)),
    failed: (name = '', phase) => failures.add(1, { 'sio.namespace': nameOf(name), 'sio.phase': phase }),
    refused: (type, code) => refusals.add(1, { 'sio.refusal': type, 'sio.code': reasons.of(code) }),
  });
  const stopLooking = look(server, meter, nameOf);
  return () => {
    stop();
    stopLooking();
  };
}

/** The figures that a reader asks for. */
function look(server: ObservedServer, meter: Meter, nameOf: (name: string) => string): () => void {
  const stops: (() => void)[] = [];
  const gauge = (name: string, unit: string, description: string, callback: ObservableCallback): void => {
    const made = meter.createObservableGauge(name, { unit, description });
    made.addCallback(callback);
    stops.push(() => made.removeCallback(callback));
  };
  gauge('sio.connections', '{connection}', 'Open connections.', (result) => {
    for (const [generation, counts] of Object.entries(server.stats().connections.generations)) {
      for (const [transport, count] of Object.entries(counts)) {
        result.observe(count, { 'sio.generation': generation, 'sio.transport': transport });
      }
    }
  });
  gauge('sio.sockets', '{socket}', 'Sockets in namespaces.', (result) => {
    const sums = new Map<string, { attributes: Attributes; count: number }>();
    for (const { name, sockets } of server.stats().namespaces) {
      for (const [generation, counts] of Object.entries(sockets)) {
        for (const [transport, count] of Object.entries(counts)) {
          const namespace = nameOf(name);
          const key = `${generation} ${transport} ${namespace}`;
          const attributes = { 'sio.namespace': namespace, 'sio.generation': generation, 'sio.transport': transport };
          sums.set(key, { attributes, count: count + (sums.get(key)?.count ?? 0) });
        }
      }
    }
    for (const { attributes, count } of sums.values()) result.observe(count, attributes);
  });
  gauge('sio.connections.unjoined', '{connection}', 'Connections that have joined no namespace yet.', (result) =>
    result.observe(server.stats().unjoined),
  );
  gauge('sio.buffered', 'By', 'Bytes that wait for clients.', (result) => result.observe(server.stats().bufferedBytes));
  gauge('sio.buffered.max', 'By', 'Bytes that wait for the slowest client.', (result) =>
    result.observe(server.stats().maxBufferedBytes),
  );
  gauge('sio.heartbeat.age.max', 's', 'The longest time since a client has answered a heartbeat.', (result) =>
    result.observe(server.stats().maxHeartbeatAge / 1000),
  );
  gauge('sio.event_loop.lag.max', 's', 'The longest delay of the event loop in the last minute.', (result) =>
    result.observe(server.stats().eventLoopLag / 1000),
  );
  const total = (name: string, unit: string, description: string, callback: ObservableCallback): void => {
    const made = meter.createObservableCounter(name, { unit, description });
    made.addCallback(callback);
    stops.push(() => made.removeCallback(callback));
  };
  const what = 'Events that did not reach slow clients, and clients that were disconnected for not reading.';
  total('sio.messages.dropped', '{message}', what, (result) => {
    const { flow, evicted } = server.stats();
    for (const [how, count] of Object.entries({ ...flow, evicted })) result.observe(count, { 'sio.how': how });
  });
  const carried = (way: 'received' | 'sent'): ObservableCallback => {
    return (result) => {
      for (const [generation, transports] of Object.entries(server.stats().traffic)) {
        for (const [transport, bytes] of Object.entries(transports)) {
          result.observe(bytes[way], { 'sio.generation': generation, 'sio.transport': transport });
        }
      }
    };
  };
  total('sio.bytes.received', 'By', 'Bytes from clients.', carried('received'));
  total('sio.bytes.sent', 'By', 'Bytes to clients.', carried('sent'));
  return () => {
    for (const stop of stops) stop();
  };
}
