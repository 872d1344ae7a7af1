import { Namespace, socketio } from '@sio/express';
import express from 'express';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env.DATABASE ?? 'postgres://postgres:x@localhost:5432/postgres' });
// An idle connection may break; the pool opens another one.
pool.on('error', (error) => console.error('Postgres:', error.message));
await pool.query(`CREATE TABLE IF NOT EXISTS messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  client_id text NOT NULL UNIQUE,
  room text NOT NULL,
  text text NOT NULL
)`);
await pool.query('CREATE INDEX IF NOT EXISTS messages_by_room ON messages (room, id)');

/** Messages that one answer has at most. */
const PAGE = 100;

class Chat extends Namespace<{ said: (id: string, room: string, text: string) => void }> {
  /** Joins first: what is said while the history is read arrives as an event, maybe twice. The client knows it by its id. */
  async onEnter(room: string, after = '0') {
    await this.join(room);
    const { rows } = await pool.query<{ id: string; text: string }>(
      'SELECT id, text FROM messages WHERE room = $1 AND id > $2 ORDER BY id LIMIT $3',
      [room, after, PAGE],
    );
    return { messages: rows, more: rows.length === PAGE };
  }

  /** Acknowledged when it is stored. A client that got no answer sends it again with the same `clientId`. */
  async onSay(room: string, text: string, clientId: string) {
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO messages (client_id, room, text) VALUES ($1, $2, $3)
       ON CONFLICT (client_id) DO NOTHING RETURNING id`,
      [clientId, room, text],
    );
    const [stored] = rows;
    if (stored !== undefined) this.nsp.to(room).emit('said', stored.id, room, text);
    return { stored: true };
  }
}

const app = express();
app.use(socketio({ '/chat': Chat }));
app.listen(3000);
