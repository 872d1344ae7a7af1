import { createHash } from 'node:crypto';
import type { EngineLog, LogPart, Retention } from '../log.js';
import { idOf, positionOf } from '../position.js';
import { LOCKED, PostgresHistories, type PostgresQuery } from './histories.js';

/** Bytes of a message that fits into a notification beside its position. */
const MOST_INLINE = 5800;
/** Begins notifications that have a position. */
export const POSITIONED = '@';

/** The tables of a log. */
export function logTables(table: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${table}_log (id bigserial PRIMARY KEY, log text NOT NULL, at timestamptz NOT NULL DEFAULT now(), payload bytea NOT NULL)`,
    `CREATE INDEX IF NOT EXISTS ${table}_log_order ON ${table}_log (log, id)`,
    `CREATE TABLE IF NOT EXISTS ${table}_dropped (log text PRIMARY KEY, id bigint NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${table}_kept (key text PRIMARY KEY, until timestamptz NOT NULL, session bytea NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${table}_life (one int PRIMARY KEY, life text NOT NULL)`,
    `INSERT INTO ${table}_life VALUES (1, md5(random()::text || clock_timestamp()::text)) ON CONFLICT DO NOTHING`,
  ];
}

/** Logs are rows of one table. A lock ensures that the order of their ids is that of the commits and of the notifications. */
export class PostgresLog implements EngineLog {
  readonly #query: PostgresQuery;
  readonly #table: string;
  readonly #channelOf: (topic: string) => string;
  readonly #lock: number;
  readonly histories: PostgresHistories;

  constructor(query: PostgresQuery, table: string, channelOf: (topic: string) => string) {
    this.#query = query;
    this.#table = table;
    this.#channelOf = channelOf;
    this.#lock = createHash('sha1').update(table).digest().readInt32BE(0);
    this.histories = new PostgresHistories(query, table, channelOf, this.#lock, () => this.#epoch());
  }

  append(log: string, topics: readonly string[], payload: Buffer): Promise<unknown> {
    const inline = payload.length > MOST_INLINE ? '' : payload.toString('base64');
    const entry = `entry AS (INSERT INTO ${this.#table}_log (log, payload) SELECT $2, $3 FROM locked RETURNING id)`;
    const told = `SELECT pg_notify(c, '${POSITIONED}' || id || ':' || $4) FROM entry, unnest($5::text[]) AS c`;
    const channels = topics.map(this.#channelOf);
    return this.#query(`WITH ${LOCKED}, ${entry} ${told}`, [this.#lock, log, payload, inline, channels]);
  }

  async mark(log: string, topic: string, payload: Buffer, { time, entries }: Retention): Promise<string> {
    // The first statement, so that messages which this server appends from now on stand behind it. A number of its own: all entries
    // with lower ones are committed, as they had the lock before.
    const position = `nextval('${this.#table}_log_id_seq')`;
    const told = `SELECT pg_notify($2, '${POSITIONED}' || ${position} || ':' || $3) FROM locked`;
    const marked = this.#query(`WITH ${LOCKED} ${told}`, [
      this.#lock,
      this.#channelOf(topic),
      payload.toString('base64'),
    ]);
    const table = this.#table;
    const newest = `SELECT id FROM ${table}_log WHERE log = $1 ORDER BY id DESC OFFSET $2 LIMIT 1`;
    const surplus = `surplus AS (DELETE FROM ${table}_log WHERE log = $1 AND id <= (${newest}) RETURNING id)`;
    const most = `SELECT $1, max(id) FROM surplus HAVING count(*) > 0`;
    const noted = `noted AS (INSERT INTO ${table}_dropped AS d ${most} ON CONFLICT (log) DO UPDATE SET id = greatest(d.id, excluded.id))`;
    const old = `DELETE FROM ${table}_log WHERE log = $1 AND at < now() - $3 * interval '1 millisecond'`;
    const dropped = this.#query(`WITH ${surplus}, ${noted} ${old}`, [log, entries, time]);
    await Promise.all([marked, dropped]);
    return this.#epoch();
  }

  /** A standby that becomes the primary may lack entries: it has another timeline. */
  async #epoch(): Promise<string> {
    const timeline = 'left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)';
    const { rows } = await this.#query(
      `SELECT left(md5(life || ${timeline}), 6) AS epoch FROM ${this.#table}_life`,
      [],
    );
    return (rows as { epoch: string }[])[0]?.epoch ?? '';
  }

  async read(log: string, after: string, upTo: string): Promise<LogPart> {
    const range = `SELECT id, payload FROM ${this.#table}_log WHERE log = $1 AND id > $2 AND id <= $3 ORDER BY id`;
    const { rows } = await this.#query(range, [log, idOf(after), idOf(upTo)]);
    const entries = (rows as { id: string; payload: Buffer }[]).map(({ id, payload }) => ({
      position: positionOf(id),
      payload,
    }));
    // Afterwards: entries may have been dropped meanwhile.
    const { rows: dropped } = await this.#query(`SELECT id FROM ${this.#table}_dropped WHERE log = $1`, [log]);
    const [row] = dropped as { id: string }[];
    return { epoch: await this.#epoch(), dropped: row === undefined ? '' : positionOf(row.id), entries };
  }

  keep(key: string, session: Buffer, time: number): Promise<unknown> {
    const values = `VALUES ($1, now() + $2 * interval '1 millisecond', $3)`;
    const update = 'DO UPDATE SET until = excluded.until, session = excluded.session';
    return this.#query(`INSERT INTO ${this.#table}_kept ${values} ON CONFLICT (key) ${update}`, [key, time, session]);
  }

  renew(keys: readonly string[], time: number): Promise<unknown> {
    const until = `now() + $2 * interval '1 millisecond'`;
    return this.#query(`UPDATE ${this.#table}_kept SET until = ${until} WHERE key = ANY($1)`, [keys, time]);
  }

  async take(key: string): Promise<Buffer | undefined> {
    const taken = `DELETE FROM ${this.#table}_kept WHERE key = $1 AND until > now() RETURNING session`;
    const { rows } = await this.#query(taken, [key]);
    return (rows as { session: Buffer }[])[0]?.session;
  }

  drop(key: string): Promise<unknown> {
    return this.#query(`DELETE FROM ${this.#table}_kept WHERE key = $1`, [key]);
  }
}
