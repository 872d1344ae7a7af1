/**
 * Postgres as the broker of a cluster, with LISTEN and NOTIFY and the package `pg`. Large messages go through a table.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { ClusterEngine, EngineEvents, EngineLink } from './engine/engine.js';
import { positionOf } from './engine/position.js';
import { historyTables, PLACED } from './engine/postgres/histories.js';
import { logTables, POSITIONED, PostgresLog } from './engine/postgres/log.js';
import { Reconnecting } from './engine/reconnecting.js';
import { refusals } from './engine/refusals.js';

/** A client of the package `pg`, as far as the engine uses it. */
export interface PostgresClient {
  /** Connects. */
  connect(): Promise<unknown>;
  /** Runs a statement. */
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
  /** Disconnects. */
  end(): Promise<void>;
  /** `error`, `end`, `notification`. */
  on(event: string, listener: (...args: never[]) => void): unknown;
}

/** Options of {@link postgres}. */
export interface PostgresOptions {
  /**
   * The table for messages that exceed the size of a notification. The engine creates it if it does not exist.
   * @default 'sio_messages'
   */
  readonly table?: string | undefined;
}

interface Notification {
  readonly payload?: string;
}

interface Waiting {
  readonly channel: string;
  readonly payload: Buffer;
  /** A statement of its own, in place of a notification. */
  readonly statement?: (session: Session) => Promise<unknown>;
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;
}

/** Wrong credentials, an unknown database, a missing permission, and what `pg` itself refuses before it asks. */
const isRefusal = refusals(/^\S+ (28...|3D000|42501) |: (SASL: |The server does not support SSL)/);

/** Bytes of a message that fits into a notification, whose text may have 8000. */
const MOST_INLINE = 5900;
/** Messages of one statement. */
const MOST_AT_ONCE = 500;
/** Time (s) for which large messages are kept. */
const KEPT = 30;
/** Time (ms) between two sweeps of the table. */
const SWEEP = 10_000;
/** Endings of the names of all tables and sequences, which begin with that of the table. */
const RELATIONS = ['', '_log', '_dropped', '_kept', '_life', '_history', '_trimmed', '_place'];
const NO_BYTES = Buffer.alloc(0);
const NAME = /^[a-z_][a-z0-9_]*$/;

/**
 * Uses Postgres as the broker: `cluster(postgres(() => new Client({ connectionString })))`. The engine opens two connections, one to publish and
 * one to listen, and replaces them when they break.
 *
 * @param makeClient returns a new client of `pg` that is not connected.
 * @throws TypeError for a table's name that needs quotes.
 */
export function postgres(
  makeClient: () => PostgresClient,
  { table = 'sio_messages' }: PostgresOptions = {},
): ClusterEngine {
  if (!NAME.test(table)) {
    throw new TypeError(`option table must be a name of a-z, 0-9 and _, not ${JSON.stringify(table)}`);
  }
  return { name: 'postgres', isRefusal, open: (events) => new PostgresLink(makeClient, table, events) };
}

/** A connection that runs one statement at a time, as later versions of `pg` require. */
class Session {
  readonly client: PostgresClient;
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: PostgresClient) {
    this.client = client;
  }

  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }> {
    const run = () => this.client.query(text, values);
    const result = this.#last.then(run, run);
    this.#last = result;
    return result;
  }
}

class PostgresLink implements EngineLink {
  readonly log: PostgresLog;
  readonly #events: EngineEvents;
  readonly #table: string;
  readonly #publisher: Reconnecting<Session>;
  readonly #listener: Reconnecting<Session>;
  readonly #channels = new Set<string>();
  readonly #sweeper: NodeJS.Timeout;
  #waiting: Waiting[] = [];
  #busy = false;
  /** Notifications are dealt with one after the other, as some have to be fetched. */
  #received: Promise<void> | undefined;

  constructor(makeClient: () => PostgresClient, table: string, events: EngineEvents) {
    this.#events = events;
    this.#table = table;
    this.log = new PostgresLog((text, values) => this.#run(text, values), table, channelOf);
    const opening = (prepare: (session: Session) => Promise<unknown>) => ({
      open: async (lost: (error: unknown) => void) => {
        const client = makeClient();
        client.on('error', lost);
        client.on('end', lost as () => void);
        await client.connect();
        const session = new Session(client);
        await prepare(session);
        return session;
      },
      close: ({ client }: Session) => client.end(),
      failed: (error: unknown) => events.failed(error),
    });
    this.#publisher = new Reconnecting(opening((session) => this.#makeTables(session)));
    this.#listener = new Reconnecting(opening((session) => this.#listen(session)));
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP).unref();
  }

  async #makeTables(session: Session): Promise<void> {
    // A user who may not make them, and a database that is read-only at the moment, need only find them.
    const names = RELATIONS.map((suffix) => this.#table + suffix);
    const missing = 'SELECT 1 FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL';
    const { rows } = await session.query(missing, [names]);
    if (rows.length === 0) return;
    // Servers that start at the same time make it at the same time, which Postgres refuses to all but one.
    const make = `CREATE TABLE IF NOT EXISTS ${this.#table} (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), payload bytea NOT NULL)`;
    for (const statement of [make, ...logTables(this.#table), ...historyTables(this.#table)]) {
      await session.query(statement).catch(() => session.query(statement));
    }
  }

  async #listen(session: Session): Promise<void> {
    session.client.on('notification', ({ payload }: Notification) => this.#take(session, payload ?? ''));
    const all = [...this.#channels].map((channel) => `LISTEN ${channel}`);
    if (all.length > 0) await session.query(all.join(';'));
  }

  // ---- publishing ----

  connected(): Promise<unknown> {
    return this.#publisher.ready();
  }

  publish(topic: string, payload: Buffer): Promise<void> {
    return new Promise((sent, failed) => {
      this.#waiting.push({ channel: channelOf(topic), payload, sent, failed });
      void this.#send();
    });
  }

  /** Runs a statement behind what was published before. */
  #run(text: string, values: unknown[]): Promise<{ readonly rows: unknown[] }> {
    return new Promise((resolve, failed) => {
      const statement = async (session: Session) => resolve(await session.query(text, values));
      this.#waiting.push({ channel: '', payload: NO_BYTES, statement, sent: () => {}, failed });
      void this.#send();
    });
  }

  /** One statement at a time, with all that waits: a notification for each message, in their order. */
  async #send(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#batchLength());
      try {
        const session = this.#publisher.current;
        if (session === undefined) throw new Error('Postgres is not connected');
        await this.#sendBatch(session, batch);
        for (const { sent } of batch) sent();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#busy = false;
  }

  /** A large message has a statement of its own. */
  #batchLength(): number {
    const isApart = ({ payload, statement }: Waiting) => statement !== undefined || payload.length > MOST_INLINE;
    const large = this.#waiting.findIndex(isApart);
    return large === -1 ? MOST_AT_ONCE : Math.min(MOST_AT_ONCE, Math.max(1, large));
  }

  #sendBatch(session: Session, batch: readonly Waiting[]): Promise<unknown> {
    const [first] = batch as [Waiting];
    if (first.statement !== undefined) return first.statement(session);
    if (first.payload.length > MOST_INLINE) {
      const insert = `WITH message AS (INSERT INTO ${this.#table} (payload) VALUES ($2) RETURNING id)`;
      return session.query(`${insert} SELECT pg_notify($1, '#' || id) FROM message`, [first.channel, first.payload]);
    }
    const channels = batch.map(({ channel }) => channel);
    const payloads = batch.map(({ payload }) => payload.toString('base64'));
    const rows = 'unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(c, p, n)';
    return session.query(`SELECT pg_notify(c, p) FROM (SELECT * FROM ${rows} ORDER BY n) AS s`, [channels, payloads]);
  }

  // ---- receiving ----

  #take(session: Session, text: string): void {
    const { payload, position, place, needs } = read(text);
    if (needs !== undefined)
      this.#received = (this.#received ?? Promise.resolve()).then(() => this.#fetch(session, needs, position, place));
    else if (this.#received === undefined) this.#events.message(payload, position, place);
    else this.#received = this.#received.then(() => this.#events.message(payload, position, place));
    const last = this.#received;
    void last?.then(() => {
      if (this.#received === last) this.#received = undefined;
    });
  }

  async #fetch(session: Session, id: string, position: string | undefined, place: string | undefined): Promise<void> {
    const table = position === undefined ? this.#table : `${this.#table}_log`;
    try {
      const { rows } = await session.query(`SELECT payload FROM ${table} WHERE id = $1`, [id]);
      const [row] = rows as { payload: Buffer }[];
      if (row !== undefined) this.#events.message(row.payload, position, place);
    } catch (error) {
      this.#events.failed(error);
    }
  }

  async subscribe(topic: string): Promise<void> {
    const channel = channelOf(topic);
    this.#channels.add(channel);
    const session = await this.#listener.ready();
    // The room may be empty again.
    if (this.#channels.has(channel)) await session.query(`LISTEN ${channel}`);
  }

  async unsubscribe(topic: string): Promise<void> {
    const channel = channelOf(topic);
    this.#channels.delete(channel);
    await this.#listener.current?.query(`UNLISTEN ${channel}`);
  }

  #sweep(): void {
    const old = `DELETE FROM ${this.#table} WHERE at < now() - interval '${KEPT} seconds'`;
    this.#publisher.current?.query(old).catch(() => {});
    for (const kept of ['kept', 'history', 'trimmed']) {
      this.#publisher.current?.query(`DELETE FROM ${this.#table}_${kept} WHERE until < now()`).catch(() => {});
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([this.#publisher.close(), this.#listener.close()]);
  }
}

/** A notification, as it is read. */
interface Told {
  readonly payload: Buffer;
  readonly position?: string;
  readonly place?: string;
  /** The number of the row that has the message. */
  readonly needs?: string;
}

/** `[&place:][@position:]` and a message, or in its place `#` and the number of the row that has it. */
function read(text: string): Told {
  if (text.startsWith(PLACED)) {
    const colon = text.indexOf(':');
    return { ...read(text.slice(colon + 1)), place: positionOf(text.slice(1, colon)) };
  }
  if (text.startsWith('#')) return { payload: NO_BYTES, needs: text.slice(1) };
  if (!text.startsWith(POSITIONED)) return { payload: Buffer.from(text, 'base64') };
  const colon = text.indexOf(':');
  const id = text.slice(1, colon);
  const position = positionOf(id);
  if (colon === text.length - 1) return { payload: NO_BYTES, position, needs: id };
  return { payload: Buffer.from(text.slice(colon + 1), 'base64'), position };
}

/** A name has 63 bytes at most. */
function channelOf(topic: string): string {
  return `sio_${createHash('sha1').update(topic).digest('hex')}`;
}
