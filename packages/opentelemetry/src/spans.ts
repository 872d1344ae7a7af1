import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type Attributes,
  type Context,
  context,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type {
  AckMessage,
  AnySocket,
  BroadcastMessage,
  ConnectionMessage,
  DiagnosticPlace,
  DisconnectionMessage,
  EmitMessage,
  ErrorMessage,
  HandlerMessage,
  RefusalMessage,
} from '@sio/core';

/** The spans that are wanted. */
export interface SpanKinds {
  readonly connections: boolean;
  readonly events: boolean;
  readonly emits: boolean;
  readonly broadcasts: boolean;
  readonly deliveries: boolean;
}

/** Spans of one socket that wait for acknowledgements; the oldest end first. */
const MAX_AWAITED = 1000;

const HANDLER = 'tracing:sio:handler';

/** A channel enters its store with `run`. This one enters the context of OpenTelemetry, with any context manager. */
class ActiveContext extends AsyncLocalStorage<Context> {
  override run<R, Args extends unknown[]>(store: Context, callback: (...args: Args) => R, ...args: Args): R {
    return context.with(store, () => callback(...args));
  }
}

/** Spans of a server, until the function that it returns is called. */
export function traceServer(
  server: object,
  tracer: Tracer,
  kinds: SpanKinds,
  filter: (namespace: string, event: string) => boolean = () => true,
): () => void {
  const spans = new ServerSpans(tracer, filter);
  const stops: (() => void)[] = [() => spans.end()];
  const listen = <Message extends { readonly socket?: AnySocket | undefined; readonly server?: object }>(
    name: string,
    listener: (message: Message) => void,
  ): void => {
    const subscriber = (message: unknown): void => {
      const { server: from, socket } = message as Message;
      if ((from ?? socket?.nsp.server) === server) listener(message as Message);
    };
    subscribe(name, subscriber);
    stops.push(() => void unsubscribe(name, subscriber));
  };

  if (kinds.connections) listen<ConnectionMessage>('sio:connection', (message) => spans.connected(message));
  if (kinds.events) {
    const active = new ActiveContext();
    const start = channel(`${HANDLER}:start`);
    start.bindStore(active, (message) => {
      const { socket } = message as HandlerMessage;
      const isOurs = (socket.nsp.server as object) === server;
      return isOurs ? spans.handlerStarts(message as HandlerMessage) : context.active();
    });
    stops.push(() => void start.unbindStore(active));
    listen<HandlerMessage>(`${HANDLER}:end`, (message) => {
      if (!message.pending) spans.handlerEnds(message);
    });
    listen<HandlerMessage>(`${HANDLER}:asyncEnd`, (message) => spans.handlerEnds(message));
    listen<ErrorMessage>('sio:error', (message) => spans.failed(message));
    listen('sio:refusal', (message: RefusalMessage & { socket?: AnySocket | undefined }) => spans.refused(message));
  }
  if (kinds.emits) {
    listen<EmitMessage>('sio:emit', (message) => spans.emitted(message));
    listen<AckMessage>('sio:ack', (message) => spans.acknowledged(message));
    listen<DisconnectionMessage>('sio:disconnection', ({ socket }) => spans.gone(socket));
  }
  if (kinds.deliveries) listen<EmitMessage>('sio:emit', (message) => spans.delivered(message));
  if (kinds.broadcasts) listen<BroadcastMessage>('sio:broadcast', (message) => spans.broadcast(message));
  return () => {
    for (const stop of stops.splice(0).reverse()) stop();
  };
}

/** The spans that are open. */
class ServerSpans {
  readonly #tracer: Tracer;
  readonly #filter: (namespace: string, event: string) => boolean;
  readonly #handlers = new Map<object, Span>();
  /** By socket, then by the number of the acknowledgement. */
  readonly #awaited = new Map<object, Map<number, Span>>();
  /** The latest broadcast: its deliveries follow at once. */
  #broadcast: { readonly namespace: string; readonly event: string; readonly context: SpanContext } | undefined;

  constructor(tracer: Tracer, filter: (namespace: string, event: string) => boolean) {
    this.#tracer = tracer;
    this.#filter = filter;
  }

  connected(message: ConnectionMessage): void {
    const options = { kind: SpanKind.SERVER, root: true, links: linkToRequest(), attributes: attributesOf(message) };
    this.#tracer.startSpan(`connect ${message.namespace}`, options).end();
  }

  /** @returns the context that the handler runs in. */
  handlerStarts(message: HandlerMessage): Context {
    const { namespace, event } = message;
    const around = context.active();
    if (!this.#filter(namespace, event)) return around;
    const attributes = { ...attributesOf(message), ...operation('process', namespace), 'sio.event': event };
    // The request that opened the connection has long been answered: its span is related, and no parent.
    const options = { kind: SpanKind.CONSUMER, root: true, links: linkToRequest(), attributes };
    const span = this.#tracer.startSpan(`process ${namespace} ${event}`, options);
    this.#handlers.set(message, span);
    return trace.setSpan(around, span);
  }

  handlerEnds(message: HandlerMessage): void {
    this.#handlers.get(message)?.end();
    this.#handlers.delete(message);
  }

  failed({ error, phase }: ErrorMessage): void {
    if (phase !== 'event') return;
    const span = trace.getActiveSpan();
    if (span === undefined) return;
    const failure = error instanceof Error ? error : new Error(String(error));
    span.recordException(failure);
    span.setAttribute('error.type', failure.name);
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
  }

  refused(message: RefusalMessage): void {
    if (message.type === 'event') trace.getActiveSpan()?.setAttribute('error.type', message.error.name);
  }

  emitted(message: EmitMessage): void {
    const { socket, namespace, event, id, broadcast } = message;
    // A broadcast has one span, however many clients it reaches.
    if (broadcast || !this.#filter(namespace, event)) return;
    const attributes = { ...attributesOf(message), ...operation('send', namespace), 'sio.event': event };
    const span = this.#tracer.startSpan(`send ${namespace} ${event}`, { kind: SpanKind.PRODUCER, attributes });
    if (id === undefined) return span.end();
    const spans = this.#awaited.get(socket) ?? new Map<number, Span>();
    this.#awaited.set(socket, spans);
    if (spans.size >= MAX_AWAITED) this.#giveUp(spans, spans.keys().next().value as number);
    spans.set(id, span);
  }

  acknowledged({ socket, direction, id }: AckMessage): void {
    if (direction === 'out') trace.getActiveSpan()?.addEvent('acknowledged');
    const spans = id === undefined ? undefined : this.#awaited.get(socket);
    const span = spans?.get(id as number);
    if (span === undefined) return;
    spans?.delete(id as number);
    span.addEvent('acknowledged');
    span.end();
  }

  broadcast({ namespace, event, rooms, except, wantsAck }: BroadcastMessage): void {
    if (!this.#filter(namespace, event)) return;
    const attributes: Attributes = {
      ...operation('send', namespace),
      'sio.event': event,
      'sio.broadcast.rooms': rooms.length,
      'sio.broadcast.except': except.length,
      'sio.broadcast.acknowledged': wantsAck,
    };
    const span = this.#tracer.startSpan(`broadcast ${namespace} ${event}`, { kind: SpanKind.PRODUCER, attributes });
    this.#broadcast = { namespace, event, context: span.spanContext() };
    // Later deliveries belong to a broadcast of another server.
    queueMicrotask(() => {
      this.#broadcast = undefined;
    });
    span.end();
  }

  /**
   * A broadcast reaches a client. However many they are, the trace of its sender stays as it is: their spans are linked to the broadcast. That
   * of another server of the cluster is not known here.
   */
  delivered(message: EmitMessage): void {
    const { namespace, event, broadcast } = message;
    if (!broadcast || !this.#filter(namespace, event)) return;
    const attributes = { ...attributesOf(message), ...operation('send', namespace), 'sio.event': event };
    const from = this.#broadcast;
    const links = from?.namespace === namespace && from.event === event ? [{ context: from.context }] : [];
    const options = { kind: SpanKind.PRODUCER, root: true, links, attributes };
    this.#tracer.startSpan(`deliver ${namespace} ${event}`, options).end();
  }

  /** Called when a client has disconnected: its acknowledgements will not come. */
  gone(socket: object): void {
    const spans = this.#awaited.get(socket);
    if (spans === undefined) return;
    this.#awaited.delete(socket);
    for (const id of [...spans.keys()]) this.#giveUp(spans, id);
  }

  end(): void {
    for (const socket of [...this.#awaited.keys()]) this.gone(socket);
    for (const span of this.#handlers.values()) span.end();
    this.#handlers.clear();
  }

  #giveUp(spans: Map<number, Span>, id: number): void {
    const span = spans.get(id);
    spans.delete(id);
    span?.setAttribute('sio.acknowledged', false);
    span?.end();
  }
}

function linkToRequest(): Link[] {
  const span = trace.getActiveSpan();
  return span === undefined ? [] : [{ context: span.spanContext() }];
}

function attributesOf(message: DiagnosticPlace & { readonly socket: AnySocket }): Attributes {
  const { namespace, transport, generation, socket } = message;
  return {
    'sio.namespace': namespace,
    'sio.transport': transport,
    'sio.generation': generation,
    'sio.socket.id': socket.id,
  };
}

/** As OpenTelemetry's conventions for messaging name them. */
function operation(type: 'process' | 'send', namespace: string): Attributes {
  return {
    'messaging.system': 'socket.io',
    'messaging.operation.type': type,
    'messaging.operation.name': type,
    'messaging.destination.name': namespace,
  };
}
