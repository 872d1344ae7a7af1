/**
 * NATS as the broker of a cluster, with the package `nats` (2 and later) or `@nats-io/transport-node`.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { FAREWELL, inTime } from './engine/broker-calls.js';
import type { ClusterEngine, EngineEvents, EngineLink } from './engine/engine.js';
import type { NatsMessage, NatsMessenger } from './engine/nats/jetstream.js';
import { type LogOwner, NatsLog, Received } from './engine/nats/log.js';
import { NO_HISTORY } from './engine/nats/names.js';
import type { StreamOptions } from './engine/nats/streams.js';
import { Parts } from './engine/parts.js';
import { Reconnecting } from './engine/reconnecting.js';
import { refusals } from './engine/refusals.js';

/** A connection of the package `nats`, as far as the engine uses it. */
export interface NatsConnection extends NatsMessenger {
  /** The limits and features of the server. */
  readonly info?: { readonly max_payload: number; readonly jetstream?: boolean | undefined } | undefined;
  /** Resolves when the server has all published messages. */
  flush(): Promise<void>;
  /** Sends waiting messages and closes the connection. */
  drain(): Promise<void>;
  /** Closes the connection. */
  close(): Promise<void>;
  /** Resolves when the connection has ended. */
  closed(): Promise<unknown>;
  /** Changes and errors of the connection, such as a missing permission. */
  status?(): AsyncIterable<NatsStatus>;
}

/** A status of a connection. */
export interface NatsStatus {
  /** `error` and others. */
  readonly type: string;
  /** With version 2, the code of the error. */
  readonly data?: unknown;
  /** With version 2, what the user may not do. */
  readonly permissionContext?: { readonly operation: string } | undefined;
  /** With version 3. */
  readonly error?: unknown;
}

/** The limit of a message in bytes if the server does not report one. */
const USUAL_LIMIT = 1024 * 1024;

/** Wrong credentials, subjects that the user may not use, TLS that the server does not have. */
const isRefusal = refusals(
  /AUTHORIZATION_VIOLATION|PERMISSIONS_VIOLATION|AUTHENTICATION_EXPIRED|SERVER_OPT_NA|^(Authorization|PermissionViolation|UserAuthenticationExpired)Error/,
);

/** Options of {@link nats}: how JetStream stores events and sessions for `connectionStateRecovery` and `history`. */
export interface NatsOptions {
  /**
   * Where JetStream stores its streams. With `'memory'`, a restart of NATS loses them.
   * @default 'file'
   */
  readonly storage?: 'file' | 'memory' | undefined;
  /**
   * The number of servers in a NATS cluster that store each stream.
   * @default 1
   */
  readonly replicas?: number | undefined;
}

/**
 * Uses NATS as the broker: `cluster(nats(() => connect({ servers, reconnect: false })))`. The engine reconnects by itself, so that the
 * client need not. With `reconnect: true` the client reconnects, and then sends what was published in the meantime.
 *
 * @param connect returns a new connection.
 */
export function nats(
  connect: () => Promise<NatsConnection>,
  { storage = 'file', replicas = 1 }: NatsOptions = {},
): ClusterEngine {
  return { name: 'nats', isRefusal, open: (events) => new NatsLink(connect, { storage, replicas }, events) };
}

class NatsLink implements EngineLink {
  readonly #connection: Reconnecting<NatsConnection>;
  readonly #subscriptions = new Map<string, { unsubscribe(): void } | undefined>();
  readonly #parts: Parts;
  /** A permission that the user lacks, as the server has said; the next call fails with it. */
  #refusal: unknown;
  readonly log: NatsLog;

  constructor(connect: () => Promise<NatsConnection>, options: Required<NatsOptions>, events: EngineEvents) {
    this.#parts = new Parts((payload) => events.message(payload));
    this.log = new NatsLog(options as StreamOptions, this.#owner(events));
    this.#connection = new Reconnecting({
      open: async (lost) => {
        const connection = await connect();
        void connection.closed().then(lost, lost);
        void this.#watch(connection);
        for (const subject of this.#subscriptions.keys()) this.#listen(connection, subject);
        this.log.attach(connection);
        await connection.flush();
        return connection;
      },
      close: (connection) => {
        this.log.detach(connection);
        return connection.close();
      },
      failed: (error) => events.failed(error),
    });
  }

  /** The server takes what a user may not do without an answer, and says so beside it. */
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status?.() ?? []) {
      const error = refusalIn(status);
      if (error !== undefined) this.#refusal = error;
    }
  }

  #owner(events: EngineEvents): LogOwner {
    const limit = () => this.#limit;
    return {
      message: (payload, position, place) => events.message(payload, position, place),
      get limit() {
        return limit();
      },
      subjectOf,
      listens: (subjects) => subjects.some((subject) => this.#subscriptions.has(subject)),
    };
  }

  /** Bytes of one message. */
  get #limit(): number {
    return this.#connection.current?.info?.max_payload ?? USUAL_LIMIT;
  }

  #listen(connection: NatsConnection, subject: string): void {
    const received = new Received();
    const callback = (error: unknown, message: NatsMessage) => {
      if (error) return;
      if (message.headers !== undefined) this.log.receive(message, received);
      else this.#parts.take(message.data);
    };
    this.#subscriptions.set(subject, connection.subscribe(`${subject}.*`, { callback }));
  }

  connected(): Promise<unknown> {
    return this.#connection.ready();
  }

  async publish(topic: string, payload: Buffer): Promise<void> {
    const connection = this.#connection.current;
    if (connection === undefined) throw new Error('NATS is not connected');
    this.#throwRefusal();
    const parts = this.#parts.of(payload, this.#limit);
    const subject = `${subjectOf(topic)}.${NO_HISTORY}`;
    await this.log.inOrder(() => {
      for (const part of parts) connection.publish(subject, part);
    });
  }

  async flush(): Promise<void> {
    await this.#connection.current?.flush();
    // Answers to messages from before are heard in this turn.
    await setImmediate();
    this.#throwRefusal();
  }

  #throwRefusal(): void {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) throw refusal;
  }

  async subscribe(topic: string): Promise<void> {
    const subject = subjectOf(topic);
    const isNew = this.#subscriptions.get(subject) === undefined;
    if (isNew) this.#subscriptions.set(subject, undefined);
    const connection = this.#connection.current;
    if (connection === undefined) return void (await this.#connection.ready());
    // A second one beside the first would get each message again.
    if (isNew) this.#listen(connection, subject);
    await connection.flush();
  }

  async unsubscribe(topic: string): Promise<void> {
    const subject = subjectOf(topic);
    this.#subscriptions.get(subject)?.unsubscribe();
    this.#subscriptions.delete(subject);
  }

  async close(): Promise<void> {
    // Sends the last messages first, unless the server is unreachable.
    await inTime(this.flush(), FAREWELL);
    await this.#connection.close();
    this.log.close();
  }
}

function refusalIn({ type, data, permissionContext, error }: NatsStatus): unknown {
  if (type !== 'error') return undefined;
  if (error !== undefined) return isRefusal(error) ? error : undefined;
  if (permissionContext === undefined) return undefined;
  // The subject is a digest, which tells the operator nothing.
  const { operation } = permissionContext;
  const denied = new Error(`${String(data)}: ${operation}; the user needs sio.> and _INBOX.>`);
  return Object.assign(denied, { code: data });
}

/** Topics have characters that subjects do not. Messages have a part more, which names the history that has them. */
function subjectOf(topic: string): string {
  return `sio.${createHash('sha1').update(topic).digest('hex')}`;
}
