import { postgres } from '@sio/cluster/postgres';
import { certificate } from '@sio/test-kit';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { becomes, join, knows, next, startNode, tells } from './support/nodes.js';
import { changed, type Refusal } from './support/refusals.js';
import { engineSuite } from './support/suite.js';

const engineFor = (url: string) => postgres(() => new Client({ connectionString: url }));

async function query(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Writes a file of the server, which only its own user may read. */
function fileOf(name: string, content: Buffer | string): string {
  const text = Buffer.from(content).toString('base64');
  return `COPY (SELECT '${text}') TO PROGRAM 'umask 077; base64 -d > ${name}'`;
}

const RELOAD = 'SELECT pg_reload_conf()';
const HBA = 'host all locked all scram-sha-256\nhost all all all trust\n';

const REFUSALS: readonly Refusal[] = [
  {
    title: 'a wrong password',
    async engine(url) {
      await query(url, `CREATE ROLE locked LOGIN SUPERUSER PASSWORD 'right'`, fileOf('pg_hba.conf', HBA), RELOAD);
      return engineFor(changed(url, { username: 'locked', password: 'wrong' }));
    },
    says: /password authentication failed for user "locked"/,
    heal: (url) => query(url, `ALTER ROLE locked PASSWORD 'wrong'`),
  },
  {
    title: 'an unknown user',
    engine: (url) => engineFor(changed(url, { username: 'stranger' })),
    says: /role "stranger" does not exist/,
  },
  {
    title: 'an unknown database',
    engine: (url) => engineFor(changed(url, { pathname: '/nowhere' })),
    says: /database "nowhere" does not exist/,
  },
  {
    title: 'a user who may not make its tables',
    async engine(url) {
      await query(url, 'CREATE ROLE reader LOGIN', 'CREATE DATABASE guarded OWNER postgres');
      return engineFor(changed(url, { username: 'reader', pathname: '/guarded' }));
    },
    says: /permission denied for schema public/,
    heal: (url) => query(changed(url, { pathname: '/guarded' }), 'GRANT ALL ON SCHEMA public TO reader'),
  },
  {
    title: 'TLS that the server does not trust',
    async engine(url) {
      const { key, cert } = certificate();
      await query(url, fileOf('server.key', key), fileOf('server.crt', cert), 'ALTER SYSTEM SET ssl = on', RELOAD);
      return engineFor(changed(url, { search: '?sslmode=verify-full' }));
    },
    says: /self-signed certificate|does not support SSL/,
  },
];

engineSuite('a cluster on Postgres', 'postgres', engineFor, REFUSALS, (broker) => {
  it('tells that Postgres is read-only, still sends small messages, and starts meanwhile', async () => {
    const { url } = broker();
    const prefix = 'read-only';
    const a = await startNode(engineFor(url), { prefix });
    const here = await join(a);
    const turn = (to: string) => query(url, `ALTER SYSTEM SET default_transaction_read_only = ${to}`, RELOAD);
    await turn('on');
    const b = await startNode(engineFor(url), { prefix });
    await Promise.all([knows(a, 1), knows(b, 1)]);
    const there = await join(b);
    const told = [tells(a.cluster, /read-only transaction/), becomes(a.cluster, 'degraded')];
    const heard = [next(here, 'large'), next(there, 'small')];
    a.io.emit('large', Buffer.alloc(10_000));
    a.io.emit('small', 1);
    await Promise.all(heard);
    await Promise.all(told);
    expect(a.cluster.counters.lost).toBe(1);
    await query(url, 'SET default_transaction_read_only = off', 'ALTER SYSTEM RESET ALL', RELOAD);
    await becomes(a.cluster, 'up');
    const large = next(there, 'large');
    a.io.emit('large', Buffer.alloc(10_000, 1));
    expect(await large).toEqual([Buffer.alloc(10_000, 1)]);
  });
});

describe('postgres()', () => {
  it('refuses a table name that needs quotes', () => {
    expect(() => postgres(() => new Client(), { table: 'x; DROP TABLE y' })).toThrow(
      'must be a name of a-z, 0-9 and _, not "x; DROP TABLE y"',
    );
  });
});
