import type { History, Line } from '@sio/example-redis-chat';
import { Pool } from 'pg';

/** Lines that a client gets to read. */
const RECENT = 50;

/** A history in a table of Postgres. */
export async function postgresHistory(url: string): Promise<History> {
  const pool = new Pool({ connectionString: url });
  // An idle connection may break; the pool opens another one.
  pool.on('error', (error) => console.error('Postgres:', error.message));
  // Two processes that start at once would both make the table: the lock lets one wait for the other.
  await pool.query(`
    BEGIN;
    SELECT pg_advisory_xact_lock(1);
    CREATE TABLE IF NOT EXISTS lines (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      said_at timestamptz NOT NULL DEFAULT now(),
      name text NOT NULL,
      text text NOT NULL
    );
    COMMIT;
  `);
  return {
    async add({ name, text }) {
      await pool.query('INSERT INTO lines (name, text) VALUES ($1, $2)', [name, text]);
    },
    async recent() {
      const { rows } = await pool.query<Line>('SELECT name, text FROM lines ORDER BY id DESC LIMIT $1', [RECENT]);
      return rows.reverse();
    },
    close: () => pool.end(),
  };
}
