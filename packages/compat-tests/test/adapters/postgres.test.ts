import { once } from 'node:events';
import { createServer } from 'node:http';
import { contained } from '@sio/core';
import { Server as CompatServer } from '@sio/core/compat';
import { type Broker, hasBroker, startBroker } from '@sio/test-kit/brokers';
import { createAdapter } from '@socket.io/postgres-adapter';
import { Pool } from 'pg';
import { Server } from 'socket.io';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { addressOf, connected, next } from '../support/harness.js';
import { commandsOf } from './commands.mjs';
import { type ClusterNode, clusterSuite } from './suite.js';

const TABLE = `CREATE TABLE IF NOT EXISTS socket_io_attachments
  (id bigserial UNIQUE, created_at timestamptz DEFAULT NOW(), payload bytea)`;

/** The same as if they were in another process. */
function inTurn(commands: object): ClusterNode['tell'] {
  const called = Object.entries(commands).map(([name, run]) => [name, async (...args: unknown[]) => run(...args)]);
  return Object.fromEntries(called) as ClusterNode['tell'];
}

describe.skipIf(!hasBroker('postgres'))('through Postgres', () => {
  let broker: Broker;
  const ends: (() => unknown)[] = [];
  beforeAll(async () => {
    broker = await startBroker('postgres');
    const pool = new Pool({ connectionString: broker.url });
    await pool.query(TABLE);
    await pool.end();
  }, 60_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
    await broker?.close();
  });

  async function startNode(Class: typeof Server, channelPrefix: string): Promise<ClusterNode> {
    // One connection to listen, and one to publish: with more, messages overtake each other.
    const pool = new Pool({ connectionString: broker.url, max: 2 });
    const http = createServer();
    const io = new Class(http, { adapter: createAdapter(pool, { channelPrefix }), allowEIO3: true });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    ends.push(
      () => pool.end(),
      () => io.close(),
    );
    return { url: addressOf(http).url, tell: inTurn(commandsOf(io)) };
  }

  const ours = CompatServer as unknown as typeof Server;
  clusterSuite(
    'two servers of @sio/core/compat',
    async () => [await startNode(ours, 'ours'), await startNode(ours, 'ours')],
    true,
  );
  clusterSuite('one of each', async () => [await startNode(Server, 'mixed'), await startNode(ours, 'mixed')], true);

  // A rejection or an `error` that is not handled would end the process: here it fails the test.
  it('a restart of Postgres does not end a server whose pool is contained, and delivery resumes', async () => {
    const own = await startBroker('postgres');
    onTestFinished(() => own.close());
    const failures: unknown[] = [];
    const start = async () => {
      const pool = contained(new Pool({ connectionString: own.url }), (error) => failures.push(error));
      await pool.query(TABLE);
      const http = createServer();
      const options = { errorHandler: (error: unknown) => failures.push(error) };
      const io = new ours(http, {
        adapter: createAdapter(pool, { errorHandler: (error) => failures.push(error) }),
        ...(options as object),
      });
      http.listen(0, '127.0.0.1');
      await once(http, 'listening');
      onTestFinished(() => io.close());
      return { io, url: addressOf(http).url };
    };
    const [a, b] = [await start(), await start()];
    const peer = await connected(b.url);
    const local = await connected(a.url);
    const killed = own.kill();
    for (let n = 0; n < 20; n++) {
      a.io.emit('news', n);
      a.io.serverSideEmit('told');
    }
    await killed;
    const heard = next(local, 'late');
    a.io.local.emit('late');
    await heard;
    await own.restart();
    const again = next(peer, 'again');
    // The adapter listens again at a time of its own.
    const timer = setInterval(() => a.io.emit('again'), 50);
    await again;
    clearInterval(timer);
    expect(failures.length).toBeGreaterThan(0);
  }, 60_000);
});
