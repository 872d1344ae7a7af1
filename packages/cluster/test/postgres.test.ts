import { postgres } from '@sio/cluster/postgres';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { engineSuite } from './support/suite.js';

engineSuite('a cluster on Postgres', 'postgres', (url) => postgres(() => new Client({ connectionString: url })));

describe('postgres()', () => {
  it('refuses a table name that needs quotes', () => {
    expect(() => postgres(() => new Client(), { table: 'x; DROP TABLE y' })).toThrow(
      'a name of a-z, 0-9 and _ is expected, not "x; DROP TABLE y"',
    );
  });
});
