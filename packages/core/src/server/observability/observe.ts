import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { AnySocket, DiagnosticMessages, HandlerMessage } from '../../namespace/events/diagnostic-messages.js';
import type { DiagnosticPlace } from '../../namespace/events/diagnostics.js';
import type { Logger } from '../../namespace/events/reporter.js';
import { kStyle, type SocketInternals } from '../../namespace/socket/state.js';
import type { ServerStats } from './server-stats.js';

/** Receives what a server does as figures and names, without data of clients. Every method is optional. */
export interface ServerObserver {
  /** A client has joined a namespace. */
  connected?(place: DiagnosticPlace): void;
  /** A client has left a namespace. */
  disconnected?(place: DiagnosticPlace, reason: string): void;
  /** An event has come. @param event its name; `unknown` for one that no method and no listener serves. */
  received?(place: DiagnosticPlace, event: string): void;
  /** A handler is done, its promise included. @param seconds that it took */
  handled?(place: DiagnosticPlace, event: string, seconds: number): void;
  /** An event is sent to one client. */
  emitted?(place: DiagnosticPlace, event: string): void;
  /** An event is sent to the sockets of a namespace or of its rooms. */
  broadcast?(namespace: string, event: string): void;
  /** A client has acknowledged an event. @param seconds since it went out */
  acknowledged?(place: DiagnosticPlace, event: string, seconds: number): void;
  /** The application's code has failed. @param phase as in the context of an `errorHandler` */
  failed?(namespace: string | undefined, phase: string): void;
  /**
   * Something was refused: a `handshake`, a `connect` to a namespace, an `event`. @param code of the protocol for a handshake,
   * the error's name for an event, else empty
   */
  refused?(type: 'handshake' | 'connect' | 'event', code: string): void;
}

/** A server that can be observed: an `io`. */
export interface ObservedServer {
  stats(): ServerStats;
  /** Is told when figures are bounded. */
  readonly logger?: Logger;
}

/** Acknowledgements of one socket whose times are kept; the oldest are forgotten first. */
const MAX_AWAITED = 1000;

type Name = keyof DiagnosticMessages;

/** An event whose acknowledgement is awaited. */
interface SentEvent {
  readonly event: string;
  readonly since: number;
}

/**
 * Reports what a server does to an observer, until the returned function is called. It listens to the diagnostics
 * channels, so a server without observers has no cost. Refused handshakes and failures without a socket belong to no
 * server: every observer of the process gets them.
 * @param server an `io`
 */
export function observeServer(server: ObservedServer, observer: ServerObserver): () => void {
  const { connected, disconnected, received, emitted, broadcast, acknowledged, handled, failed, refused } = observer;
  const stops: (() => void)[] = [];
  const isOurs = (message: { readonly socket?: AnySocket; readonly server?: object }): boolean => {
    const source: object | undefined = message.server ?? message.socket?.nsp.server;
    return source === undefined || source === server;
  };

  const listen = <Message>(name: string, listener: (message: Message) => void): void => {
    const subscriber = (message: unknown): void => {
      if (isOurs(message as object)) listener(message as Message);
    };
    subscribe(name, subscriber);
    stops.push(() => void unsubscribe(name, subscriber));
  };
  const on = <N extends Name>(name: N, listener: (message: DiagnosticMessages[N]) => void): void =>
    listen(name, listener);

  if (connected !== undefined) on('sio:connection', (message) => connected.call(observer, message));
  if (disconnected !== undefined)
    on('sio:disconnection', (message) => disconnected.call(observer, message, message.reason));
  if (received !== undefined) on('sio:event', (message) => received.call(observer, message, servedName(message)));
  if (broadcast !== undefined)
    on('sio:broadcast', ({ namespace, event }) => broadcast.call(observer, namespace, event));
  if (failed !== undefined) on('sio:error', ({ namespace, phase }) => failed.call(observer, namespace, phase));
  if (refused !== undefined) {
    on('sio:refusal', (message) => {
      if (message.type === 'handshake') refused.call(observer, message.type, String(message.code));
      else refused.call(observer, message.type, message.type === 'event' ? message.error.name : '');
    });
  }

  const awaited = new WeakMap<object, Map<number, SentEvent>>();
  if (emitted !== undefined || acknowledged !== undefined) {
    on('sio:emit', (message) => {
      emitted?.call(observer, message, message.event);
      const { socket, event, id } = message;
      if (acknowledged === undefined || id === undefined) return;
      const times = awaited.get(socket) ?? new Map<number, SentEvent>();
      awaited.set(socket, times);
      if (times.size >= MAX_AWAITED) times.delete(times.keys().next().value!);
      times.set(id, { event, since: performance.now() });
    });
  }
  if (acknowledged !== undefined) {
    on('sio:ack', (message) => {
      const times = message.id === undefined ? undefined : awaited.get(message.socket);
      const sent = times?.get(message.id!);
      if (sent === undefined) return;
      times!.delete(message.id!);
      acknowledged.call(observer, message, sent.event, (performance.now() - sent.since) / 1000);
    });
  }

  if (handled !== undefined) {
    const begun = new WeakMap<object, number>();
    const done = (message: HandlerMessage): void => {
      const since = begun.get(message);
      if (since === undefined) return;
      handled.call(observer, message, servedName(message), (performance.now() - since) / 1000);
    };
    listen<HandlerMessage>('tracing:sio:handler:start', (message) => void begun.set(message, performance.now()));
    listen<HandlerMessage>('tracing:sio:handler:end', (message) => {
      if (!message.pending) done(message);
    });
    listen<HandlerMessage>('tracing:sio:handler:asyncEnd', done);
  }
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
}

/** Clients choose the names that they send: only those that the application has chosen, too, may become the name of a figure. */
function servedName({ socket, event }: { readonly socket: AnySocket; readonly event: string }): string {
  const internals: SocketInternals = socket;
  if (internals._events?.[event] !== undefined) return event;
  return internals[kStyle]?.methods.find(event)?.event ?? 'unknown';
}
