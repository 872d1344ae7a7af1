import type { EngineHistories, HistorySnapshot, HistoryTarget } from '../log.js';
import { earlier, entryAt, positionOf } from '../position.js';

/** Runs a statement, behind everything that was published before. */
export type PostgresQuery = (text: string, values: unknown[]) => Promise<{ readonly rows: unknown[] }>;

/** Bytes of a message that fits into a notification beside its position and its place. */
const MOST_INLINE = 5700;
/** Part of a statement: one at a time writes. Takes `$1`, the lock. */
export const LOCKED = 'locked AS MATERIALIZED (SELECT pg_advisory_xact_lock($1))';
/** Begins notifications that have a place. */
export const PLACED = '&';

/** The tables of histories. */
export function historyTables(table: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${table}_history (history text NOT NULL, place bigint NOT NULL, until timestamptz NOT NULL, payload bytea NOT NULL, PRIMARY KEY (history, place))`,
    `CREATE INDEX IF NOT EXISTS ${table}_history_end ON ${table}_history (until)`,
    `CREATE TABLE IF NOT EXISTS ${table}_trimmed (history text PRIMARY KEY, place bigint NOT NULL, until timestamptz NOT NULL)`,
    `CREATE SEQUENCE IF NOT EXISTS ${table}_place`,
  ];
}

/** Histories are rows of one table. A lock ensures that the order of their places is that of the commits and of the notifications. */
export class PostgresHistories implements EngineHistories {
  readonly #query: PostgresQuery;
  readonly #table: string;
  readonly #channelOf: (topic: string) => string;
  readonly #lock: number;
  readonly #epoch: () => Promise<string>;

  constructor(
    query: PostgresQuery,
    table: string,
    channelOf: (topic: string) => string,
    lock: number,
    epoch: () => Promise<string>,
  ) {
    this.#query = query;
    this.#table = table;
    this.#channelOf = channelOf;
    this.#lock = lock;
    this.#epoch = epoch;
  }

  /** The next place: the time in microseconds, and later than the one before. Takes `$1`, the lock. */
  get #clock(): string {
    const sequence = `'${this.#table}_place'`;
    const now = 'floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';
    return `WITH ${LOCKED}, clock AS MATERIALIZED (SELECT setval(${sequence}, greatest(nextval(${sequence}), ${now})) AS place FROM locked)`;
  }

  async record(
    histories: readonly HistoryTarget[],
    log: string,
    isLogged: boolean,
    topics: readonly string[],
    payload: Buffer,
  ): Promise<unknown> {
    const isLarge = payload.length > MOST_INLINE;
    const values: unknown[] = [this.#lock, histories.map(({ history }) => history), histories.map(({ time }) => time)];
    values.push(payload, topics.map(this.#channelOf), isLarge ? '' : payload.toString('base64'));
    const rows = `unnest($2::text[], $3::float8[]) AS h(history, time)`;
    const entry = `SELECT h.history, clock.place, now() + h.time * interval '1 millisecond', $4::bytea FROM clock, ${rows}`;
    const entries = `entries AS (INSERT INTO ${this.#table}_history (history, place, until, payload) ${entry} RETURNING place)`;
    const [row, message] = this.#message(isLogged, isLarge);
    if (isLogged) values.push(log);
    const placed = `'${PLACED}' || clock.place || ':' || ${message}`;
    // Parts of a statement that change data run even if nothing reads their results.
    const told = `SELECT pg_notify(c, ${placed}) FROM clock${row === '' ? '' : ', row'}, unnest($5::text[]) AS c`;
    const recorded = this.#query(`${this.#clock}, ${entries}${row} ${told}`, values);
    const trimmed = histories.map((target) => this.#trim(target));
    await Promise.all([recorded, ...trimmed]);
    return recorded;
  }

  /** A row that has the message, if one is needed, and the text of the notification. */
  #message(isLogged: boolean, isLarge: boolean): readonly [row: string, message: string] {
    if (isLogged) {
      const insert = `INSERT INTO ${this.#table}_log (log, payload) SELECT $7, $4::bytea FROM locked RETURNING id`;
      return [`, row AS (${insert})`, `'@' || row.id || ':' || $6::text`];
    }
    if (!isLarge) return ['', '$6::text'];
    const insert = `INSERT INTO ${this.#table} (payload) SELECT $4::bytea FROM locked RETURNING id`;
    return [`, row AS (${insert})`, `'#' || row.id || $6::text`];
  }

  /** Drops what is too much, and notes the last place that is dropped so. */
  #trim({ history, time, entries, bytes }: HistoryTarget): Promise<unknown> {
    const table = `${this.#table}_history`;
    const sums = 'row_number() OVER newest AS count, sum(octet_length(payload)) OVER newest AS bytes';
    const sized = `sized AS (SELECT place, ${sums} FROM ${table} WHERE history = $2 WINDOW newest AS (ORDER BY place DESC))`;
    const surplus = `h.history = $2 AND h.place = sized.place AND (sized.count > $3 OR sized.bytes > $4)`;
    const dropped = `dropped AS (DELETE FROM ${table} h USING locked, sized WHERE ${surplus} RETURNING h.place)`;
    const last = `SELECT $2, max(place), now() + $5 * interval '1 millisecond' FROM dropped HAVING count(*) > 0`;
    const newer = `DO UPDATE SET place = greatest(t.place, excluded.place), until = excluded.until`;
    const noted = `INSERT INTO ${this.#table}_trimmed AS t (history, place, until) ${last} ON CONFLICT (history) ${newer}`;
    return this.#query(`WITH ${LOCKED}, ${sized}, ${dropped} ${noted}`, [this.#lock, history, entries, bytes, time]);
  }

  async snapshot(
    { history, time }: HistoryTarget,
    _log: string,
    count: number,
    topic: string,
    payload: Buffer,
  ): Promise<HistorySnapshot> {
    // Entries with lower places are committed, because they had the lock before; later entries get higher places.
    const marked = `SELECT place, pg_notify($2, '${PLACED}' || place || ':' || $3) FROM clock`;
    const mark = [this.#lock, this.#channelOf(topic), payload.toString('base64')];
    const { rows } = await this.#query(`${this.#clock} ${marked}`, mark);
    const [{ place }] = rows as [{ place: string }];
    const range = `history = $1 AND place <= $2 AND place >= $2::bigint - $4::bigint`;
    const last = `SELECT place, payload FROM ${this.#table}_history WHERE ${range} ORDER BY place DESC LIMIT $3`;
    const found = await this.#query(last, [history, place, count, Math.ceil(time) * 1000]);
    const entries = (found.rows as { place: string; payload: Buffer }[])
      .map((entry) => entryAt(entry.place, entry.payload))
      .reverse();
    // Afterwards: entries may have been dropped meanwhile.
    const { rows: trimmed } = await this.#query(`SELECT place FROM ${this.#table}_trimmed WHERE history = $1`, [
      history,
    ]);
    const [dropped] = trimmed as { place: string }[];
    const end = positionOf(place);
    return {
      epoch: await this.#epoch(),
      dropped: dropped === undefined ? '' : positionOf(dropped.place),
      oldest: earlier(end, time),
      place: end,
      entries,
    };
  }
}
