import { Namespace, withSession } from '@sio/express';
import { expect, test } from 'vitest';
import { connect } from '../src/index.js';

class Visits extends Namespace {
  onVisit() {
    return withSession(this, (session) => {
      const visited = session as unknown as { visits: number };
      return ++visited.visits;
    });
  }

  onName() {
    return (this.request as unknown as { user: { name: string } }).user.name;
  }
}

test('a class of an adapter has the request and session of its framework, and withSession works with it', async () => {
  const session = { visits: 1 };
  const client = await connect(Visits, { request: { user: { name: 'Ada' } } as object, session });
  expect(await client.call('visit')).toBe(2);
  expect(await client.call('name')).toBe('Ada');
  expect(session).toEqual({ visits: 2 });
});
